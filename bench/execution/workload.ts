import { readFileSync } from 'node:fs'
import secp256k1 from 'secp256k1'
import { systemContracts } from '../../src/core/chain/systemContracts.js'
import { signedEnvelope, signingDigest, type UnsignedTransaction } from '../../src/core/chain/transaction.js'
import { bigEndian, bytesToHex, concatBytes, hexToBytes, keccakBytes } from '../../src/core/codec/index.js'
import type { Genesis, GenesisAccount } from '../../src/core/genesis/types.js'
import type { Address, Hash, Hex } from '../../src/core/types/hex.js'
import { makeGenesisBlock } from '../../src/node/execution/embedded/index.js'
import { seededRandom } from '../../test/support/random.js'

export const CHAIN_ID = 59_998
export const SEQUENCER: Address = `0x${'5e'.repeat(20)}`
export const TOKEN: Address = `0x${'70'.repeat(20)}`
const GWEI = 10n ** 9n
const METIS = 10n ** 18n
/** Accounts that sign; the others only receive. */
const MOST_SENDERS = 2_000

export type Kind = 'ETH' | 'ERC-20'

/** A state, and transfers among its accounts. */
export interface Workload {
  kind: Kind
  accounts: number
  genesis: Genesis['l2']
  /** Transfers from block 1 on; each call of what it returns goes on where the last one ended. */
  transfers(): (count: number) => Uint8Array[]
}

/** A state of `accounts` accounts that all hold METIS and, for ERC-20, as many holders of a token. */
export async function workload(kind: Kind, accounts: number): Promise<Workload> {
  const keys: Uint8Array[] = []
  const addresses: Address[] = []
  for (let i = 0; i < accounts; i++) {
    if (i < MOST_SENDERS) keys.push(keyOf(i))
    addresses.push(i < MOST_SENDERS ? holder(i) : bytesToHex(keyOf(i).subarray(12)))
  }
  const genesis = await genesisOf(addresses, kind === 'ERC-20')
  const transfers = () => {
    const random = seededRandom(accounts)
    let sent = 0
    const next = (): Uint8Array => {
      const [key, to] = [keys[sent % keys.length], addresses[random(addresses.length)]]
      if (key === undefined || to === undefined) throw new Error('a state needs accounts')
      const nonce = Math.floor(sent++ / keys.length)
      return signed(key, { nonce, ...(kind === 'ETH' ? native(to) : token(to)) })
    }
    return (count: number) => Array.from({ length: count }, next)
  }
  return { kind, accounts, genesis, transfers }
}

function keyOf(i: number): Uint8Array {
  return keccakBytes(bigEndian(i, 8))
}

/** The `i`th account that signs. */
export function holder(i: number): Address {
  return bytesToHex(keccakBytes(secp256k1.publicKeyCreate(keyOf(i), false).subarray(1)).subarray(12))
}

const native = (to: Address) => ({ to, value: 1n, gasLimit: 21_000n, data: new Uint8Array(0) })
const token = (to: Address) => ({
  to: TOKEN,
  value: 0n,
  gasLimit: 80_000n,
  data: concatBytes(hexToBytes('0xa9059cbb'), concatBytes(new Uint8Array(12), hexToBytes(to)), bigEndian(1, 32)),
})

type Call = Pick<UnsignedTransaction, 'nonce' | 'to' | 'value' | 'gasLimit' | 'data'>

function signed(key: Uint8Array, call: Call): Uint8Array {
  const fees = { maxFeePerGas: 1000n * GWEI, maxPriorityFeePerGas: GWEI }
  const unsigned = { chainId: CHAIN_ID, ...fees, ...call, blobs: [] }
  const { signature, recid } = secp256k1.ecdsaSign(signingDigest(unsigned), key)
  return signedEnvelope(unsigned, concatBytes(signature, Uint8Array.of(recid)))
}

async function genesisOf(addresses: readonly Address[], withToken: boolean): Promise<Genesis['l2']> {
  const alloc: Record<Address, GenesisAccount> = systemContracts()
  for (const address of addresses) alloc[address] = { balance: (1000n * METIS).toString() }
  if (withToken) alloc[TOKEN] = { balance: '0', code: tokenCode(), storage: balances(addresses) }
  return genesisWith(alloc)
}

/** The L2 part of a genesis with these accounts. */
export async function genesisWith(alloc: Record<Address, GenesisAccount>): Promise<Genesis['l2']> {
  const fields = { timestamp: 1_700_000_000, gasLimit: 100_000_000, baseFee: GWEI.toString() }
  const block = await makeGenesisBlock(alloc, fields)
  return { chainId: CHAIN_ID, ...fields, alloc, sequencerSet: SEQUENCER, ...block }
}

/** Runtime code of an OpenZeppelin ERC-20. */
function tokenCode(): Hex {
  const artifact = JSON.parse(readFileSync('contracts/artifacts/MetisToken.json', 'utf8')) as { deployedBytecode: Hex }
  return artifact.deployedBytecode
}

/** Slots of the mapping at slot 0: keccak256(address ‖ 0). */
function balances(addresses: readonly Address[]): Record<Hash, Hash> {
  const value = bytesToHex(bigEndian(Number(10n ** 15n), 32))
  return Object.fromEntries(
    addresses.map((address) => [
      bytesToHex(keccakBytes(concatBytes(new Uint8Array(12), concatBytes(hexToBytes(address), new Uint8Array(32))))),
      value,
    ]),
  )
}
