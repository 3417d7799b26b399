import { hexToBytes, isHex, type Malformed, shape } from '../../codec/index.js'
import type { UnsignedTransaction } from '../../ports/signer.js'
import type { Address, Hex } from '../../types/hex.js'
import type { Fees, Plan, Step } from '../types.js'
import { type SafeBatch, safeBatch } from './safe.js'
import { decodeUnsigned, encodeUnsigned } from './unsigned.js'

export const EXPORTS = ['calldata', 'safe', 'unsigned'] as const
export type ExportKind = (typeof EXPORTS)[number]

const VERSION = 1
const MAX_TRANSACTIONS = 100
const MAX_TITLE = 300

/** Calls for any other wallet; `value` in wei. */
export interface CalldataFile {
  readonly kind: 'calldata'
  readonly version: 1
  readonly chainId: bigint
  readonly from: Address
  readonly transactions: readonly { readonly title: string; to: Address; value: bigint; data: Hex }[]
}

/** Transactions to be signed by `tx sign` on a machine without a network. */
export interface UnsignedFile {
  readonly kind: 'unsigned'
  readonly version: 1
  readonly network: string
  readonly chainId: bigint
  readonly from: Address
  /** `unsigned` as EIP-1559 has it: `0x02 || rlp([...])`. */
  readonly transactions: readonly { readonly title: string; readonly nonce: number; readonly unsigned: Hex }[]
}

/** What `tx sign` makes and `tx send` sends. */
export interface SignedFile {
  readonly kind: 'signed'
  readonly version: 1
  readonly network: string
  readonly chainId: bigint
  readonly from: Address
  readonly transactions: readonly { readonly title: string; readonly raw: Hex }[]
}

export type ExportFile = CalldataFile | UnsignedFile | SafeBatch

/** What an export has to know beside the plan. */
export interface ExportContext {
  readonly network: string
  readonly chainId: bigint
  /** The account's next nonce. */
  readonly nonce: number
  readonly fees: Fees
  /** milliseconds since 1970 */
  readonly now: number
}

/** The steps of a plan for somebody else to sign. */
export function exportPlan(plan: Plan, kind: ExportKind, context: ExportContext): ExportFile {
  const { network, chainId, nonce, fees, now } = context
  const { from, steps } = plan
  if (kind === 'safe') return safeBatch(plan, chainId, now)
  if (kind === 'calldata') {
    const transactions = steps.map(({ title, to, value, data }) => ({ title, to, value, data }))
    return { kind, version: VERSION, chainId, from, transactions }
  }
  const unsigned = (step: Step, i: number) => {
    const { title, to, value, data, gasLimit } = step
    return {
      title,
      nonce: nonce + i,
      unsigned: encodeUnsigned({ chainId, nonce: nonce + i, to, value, data, gasLimit, ...fees }),
    }
  }
  return { kind, version: VERSION, network, chainId, from, transactions: steps.map(unsigned) }
}

/** Reads what `exportPlan` made, or one bare unsigned transaction in hex. */
export function readUnsigned(
  value: unknown,
  fail: Malformed,
): { network: string; from: Address | undefined; transactions: { title: string; transaction: UnsignedTransaction }[] } {
  if (typeof value === 'string') {
    const transaction = decodeUnsigned(bytesOf(value, fail), fail)
    return { network: '', from: undefined, transactions: [{ title: `call ${transaction.to}`, transaction }] }
  }
  const { network, chainId, from, items } = envelope(value, 'unsigned', fail)
  const transactions = items.map(({ title, unsigned, nonce }, i) => {
    const transaction = decodeUnsigned(bytesOf(unsigned, fail), fail)
    if (transaction.chainId !== chainId) throw fail(`transaction ${i + 1} is for the chain ${transaction.chainId}`)
    if (transaction.nonce !== nonce) throw fail(`transaction ${i + 1} has the nonce ${transaction.nonce}`)
    return { title: titleOf(title, fail), transaction }
  })
  return { network, from, transactions }
}

/** Reads what `tx sign` made, or one bare signed transaction in hex; whose it is stands in the signature. */
export function readSignedFile(
  value: unknown,
  fail: Malformed,
): { from: Address | undefined; transactions: { title?: string; raw: Hex }[] } {
  if (typeof value === 'string') return { from: undefined, transactions: [{ raw: hexOf(value, fail) }] }
  const { from, items } = envelope(value, 'signed', fail)
  return { from, transactions: items.map(({ title, raw }) => ({ title: titleOf(title, fail), raw: hexOf(raw, fail) })) }
}

function envelope(value: unknown, wanted: 'unsigned' | 'signed', fail: Malformed) {
  const { kind, version, network, chainId, from, transactions } = (value ?? {}) as Record<string, unknown>
  if (kind !== wanted) throw fail(`its "kind" is not "${wanted}"`)
  if (version !== VERSION) throw fail(`its "version" is not ${VERSION}`)
  if (typeof network !== 'string' || network.length > MAX_TITLE) throw fail('its "network" is not a name')
  if (!/^\d{1,20}$/.test(String(chainId))) throw fail('its "chainId" is not a number')
  if (!Array.isArray(transactions) || transactions.length === 0 || transactions.length > MAX_TRANSACTIONS) {
    throw fail(`it does not hold 1 to ${MAX_TRANSACTIONS} transactions`)
  }
  const items = transactions.map((item) => (item ?? {}) as Record<string, unknown>)
  return { network, chainId: BigInt(String(chainId)), from: shape.address(from, 'from', fail), items }
}

function titleOf(value: unknown, fail: Malformed): string {
  if (typeof value === 'string' && value.length <= MAX_TITLE) return value
  throw fail('a title is not a short text')
}

function hexOf(value: unknown, fail: Malformed): Hex {
  if (typeof value === 'string' && isHex(value)) return value
  throw fail('a transaction is not hex')
}

function bytesOf(value: unknown, fail: Malformed): Uint8Array {
  return hexToBytes(hexOf(value, fail))
}
