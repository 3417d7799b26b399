import { checksumAddress, keccak256, utf8 } from '../../codec/index.js'
import type { Address, Hex } from '../../types/hex.js'
import type { Plan } from '../types.js'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A batch for the Transaction Builder of a Safe (safe-react-apps, tx-builder: `BatchFile`). */
export type SafeBatch = {
  readonly version: '1.0'
  readonly chainId: string
  /** milliseconds since 1970 */
  readonly createdAt: number
  readonly meta: {
    readonly name: string
    readonly description: string
    readonly txBuilderVersion: string
    readonly createdFromSafeAddress: string
    readonly createdFromOwnerAddress: string
    readonly checksum: Hex
  }
  readonly transactions: readonly {
    readonly to: string
    /** wei, decimal */
    readonly value: string
    readonly data: Hex
    readonly contractMethod: null
    readonly contractInputsValues: null
  }[]
}

/** The builder whose format this is. */
const BUILDER_VERSION = '1.18.2'

/** The steps of a plan as one batch, which the Safe runs as a whole or not at all. */
export function safeBatch(plan: Plan, chainId: bigint, now: number): SafeBatch {
  const batch = {
    version: '1.0' as const,
    chainId: chainId.toString(),
    createdAt: now,
    meta: {
      name: `metis-seq: ${plan.wish.action}`,
      description: plan.title,
      txBuilderVersion: BUILDER_VERSION,
      createdFromSafeAddress: checksumAddress(plan.from),
      createdFromOwnerAddress: '',
    },
    transactions: plan.steps.map(({ to, value, data }) => ({
      to: checksumAddress(to as Address),
      value: value.toString(),
      data,
      contractMethod: null,
      contractInputsValues: null,
    })),
  }
  return { ...batch, meta: { ...batch.meta, checksum: safeChecksum(batch) } }
}

/** The builder warns of a file whose checksum differs: keccak of the values in the order of their sorted keys, the name left out. */
export function safeChecksum(batch: {
  readonly meta: { readonly [key: string]: Json }
  readonly [key: string]: Json
}): Hex {
  return keccak256(utf8(serialised({ ...batch, meta: { ...batch.meta, name: null } })))
}

function serialised(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(serialised).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${JSON.stringify(keys)}${keys.map((key) => `${serialised(value[key] ?? null)},`).join('')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
