import { Transaction } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Signer, UnsignedTransaction } from '../../core/ports/signer.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'
import type { Signed } from './types.js'

const MAX_BYTES = 128 * 1024

/** A signed EIP-1559 transaction and who signed it. @throws MetisSeqError `TX_INVALID` (exit 2) */
export function readSigned(raw: Hex, title?: string): Signed & { transaction: UnsignedTransaction } {
  const { parsed, hash, from } = parse(raw)
  const { to, type, nonce, chainId, maxFeePerGas, maxPriorityFeePerGas } = parsed
  if (hash === null || from === null) throw invalid('it is not signed')
  if (type !== 2 || maxFeePerGas === null || maxPriorityFeePerGas === null)
    throw invalid('it is not of type 2 (EIP-1559)')
  if (to === null) throw invalid('it would make a contract')
  if (parsed.accessList !== null && parsed.accessList.length > 0) throw invalid('it has an access list')
  const recipient = to.toLowerCase() as Address
  const transaction = {
    chainId,
    nonce,
    to: recipient,
    value: parsed.value,
    data: parsed.data as Hex,
    gasLimit: parsed.gasLimit,
    maxFeePerGas,
    maxPriorityFeePerGas,
  }
  const known = { hash: hash as Hash, chainId, from: from.toLowerCase() as Address, nonce, raw, transaction }
  return { ...known, title: title ?? `call ${recipient}` }
}

/**
 * Signs, and makes sure that what comes back is this transaction and of this account: a device that holds another key, or
 * shows another call, must not reach the chain.
 * @throws MetisSeqError `SIGNER_MISMATCH` (exit 5), and as the signer
 */
export async function signChecked(signer: Signer, wanted: UnsignedTransaction, title: string): Promise<Signed> {
  const raw = await signer.signTransaction(wanted)
  const { transaction, ...signed } = readSigned(raw, title)
  const fields = Object.keys(wanted) as (keyof UnsignedTransaction)[]
  const differing = fields.filter(
    (field) => String(transaction[field]).toLowerCase() !== String(wanted[field]).toLowerCase(),
  )
  if (signed.from === signer.address && differing.length === 0) return signed
  const problem =
    signed.from === signer.address
      ? `another ${differing.join(', ')} than was asked for`
      : `the account ${signed.from} instead of ${signer.address}`
  throw new MetisSeqError('SIGNER_MISMATCH', `The signature to ${title} is of ${problem}. Nothing was sent.`, {
    exit: Exit.signer,
    severity: 'critical',
    next: 'Use the device or key of the account that is meant.',
  })
}

/** The package looks at the signature only when it is asked who made it. */
function parse(raw: Hex): { parsed: Transaction; hash: string | null; from: string | null } {
  if (raw.length > 2 + 2 * MAX_BYTES) throw invalid(`it has more than ${MAX_BYTES} bytes`)
  try {
    const parsed = Transaction.from(raw)
    const { hash, from } = parsed
    return { parsed, hash, from }
  } catch (error) {
    const { shortMessage } = error as { shortMessage?: unknown }
    throw invalid(typeof shortMessage === 'string' ? shortMessage : 'it cannot be decoded')
  }
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('TX_INVALID', `The signed transaction cannot be used: ${reason}.`, {
    exit: Exit.usage,
    next: 'Sign it again with `metis-seq tx sign`.',
  })
}
