import { signedEnvelope, signingDigest, type UnsignedTransaction } from '../../core/chain/transaction.js'
import { bytesToHex, hexToBytes, keccak256, utf8 } from '../../core/codec/index.js'
import { addressOfPublicKey, publicKeyOf, signDigest } from '../../core/consensus/crypto.js'
import { contentHash } from '../../core/consensus/digest.js'
import type { SigningRequest } from '../../core/consensus/types.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Database } from '../../core/ports/database.js'
import type { GroupSigner, L1Fees } from '../../core/ports/group.js'
import type { Hex } from '../../core/types/hex.js'

/**
 * The group key of a devnet: one key in place of a threshold of shares. It still signs typed requests only, and its
 * durable guard gives each L1 nonce one content for ever (rule B2).
 * @param signWith signs a digest as `signDigest` does, for whoever has a faster way
 */
export function createDevGroupSigner(
  privateKey: Uint8Array,
  database: Database,
  signWith: typeof signDigest = signDigest,
): GroupSigner {
  const address = addressOfPublicKey(publicKeyOf(privateKey))
  return {
    address,
    async sign(request: SigningRequest, data: Hex, fees?: L1Fees): Promise<Hex> {
      if (request.key !== address) throw refused(request, `it asks for the key ${request.key}, this is ${address}`)
      if (keccak256(hexToBytes(data)) !== request.dataHash) throw refused(request, 'the data has another hash')
      if (request.chain === 'l1') await guard(database, request)
      reached('group.guarded')
      const unsigned = unsignedTransaction(request, data, fees)
      return bytesToHex(signedEnvelope(unsigned, signWith(signingDigest(unsigned), privateKey)))
    },
  }
}

function unsignedTransaction(request: SigningRequest, data: Hex, fees?: L1Fees): UnsignedTransaction {
  const cap = request.maxFeePerGas
  const most = (fee: bigint) => (fee < cap ? fee : cap)
  const { chainId, nonce, to, gasLimit, blobs } = request
  const transaction: UnsignedTransaction = {
    chainId,
    nonce,
    to,
    value: 0n,
    data: hexToBytes(data),
    gasLimit: BigInt(gasLimit),
    maxFeePerGas: fees === undefined ? cap : most(fees.maxFeePerGas),
    maxPriorityFeePerGas: fees === undefined ? 0n : most(fees.maxPriorityFeePerGas),
    blobs,
  }
  if (blobs.length > 0) transaction.maxFeePerBlobGas = most(fees?.maxFeePerBlobGas ?? cap)
  return transaction
}

async function guard(database: Database, request: SigningRequest): Promise<void> {
  const key = utf8(`l1/${request.chainId}/${request.key}/${request.nonce}`)
  const content = hexToBytes(contentHash(request))
  const before = database.get(key)
  if (before === undefined) await database.write([{ key, value: content }])
  else if (bytesToHex(before) !== bytesToHex(content)) {
    throw refused(request, `nonce ${request.nonce} was signed for other content`)
  }
}

function refused(request: SigningRequest, reason: string): MetisSeqError {
  return new MetisSeqError('GROUP_REFUSED', `The group does not sign request ${request.id}: ${reason}.`, {
    exit: Exit.signer,
  })
}
