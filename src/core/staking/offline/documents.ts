import type { Address, Hex } from '../../types/hex.js'
import type { Fees, Plan, Step } from '../types.js'
import { type SafeBatch, safeBatch } from './safe.js'
import { encodeUnsigned } from './unsigned.js'

export const EXPORTS = ['calldata', 'safe', 'unsigned'] as const
export type ExportKind = (typeof EXPORTS)[number]

/** The version of the files that this program writes and reads. */
export const VERSION = 1

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

/** Signed transactions of one account. */
export function signedFile(fields: Omit<SignedFile, 'kind' | 'version'>): SignedFile {
  return { kind: 'signed', version: VERSION, ...fields }
}
