import { hexToBytes, isHex, keccak256, type Malformed, rlpDecode, rlpInteger, shape } from '../../core/codec/index.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'

/** The version of the lines that this program reads and writes. */
export const JOURNAL_VERSION = 2

/** Most bytes of a signed transaction: that of a whole block's calldata, far above any call of ours. */
const MAX_RAW = 128 * 1024

/** One line of the journal. `raw` is public once it is broadcast, and lets it be sent again. */
export type JournalEntry =
  | {
      event: 'signed'
      hash: Hash
      chainId: bigint
      /** Name of the network, so that later commands find its endpoint; empty in lines of version 1. */
      network: string
      from: Address
      nonce: number
      title: string
      raw: Hex
      /** The transaction of the same nonce whose place it takes. */
      replaces?: Hash
    }
  | { event: 'mined'; hash: Hash; block: number; status: 'success' | 'reverted' }
  /** Its nonce was used by another transaction; `by` where that is one of the journal. */
  | { event: 'replaced'; hash: Hash; by?: Hash }
  /** The endpoint did not take it: it was never on its way. */
  | { event: 'refused'; hash: Hash; reason: string }
  /** The line before this one was cut off by a crash. */
  | { event: 'torn' }

/** An entry and when it was written, in ISO 8601. */
export type DatedEntry = JournalEntry & { time: string }

export function formatEntry(entry: JournalEntry, time: Date): string {
  const line = { version: JOURNAL_VERSION, time: time.toISOString(), ...entry }
  return `${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? value.toString() : value))}\n`
}

/** Reads one line's JSON strictly. */
export function parseEntry(value: unknown, fail: Malformed): DatedEntry {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const { event, time } = fields
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) throw fail('its time is not a date')
  if (event === 'torn') return { event, time }
  const hash = shape.hash(fields.hash, 'hash', fail)
  switch (event) {
    case 'signed':
      return { event, time, hash, ...signedFields(fields, hash, fail) }
    case 'mined': {
      const { block, status } = fields
      if (status !== 'success' && status !== 'reverted') throw fail('its status is unknown')
      return { event, time, hash, block: whole(block, 'block', fail), status }
    }
    case 'replaced': {
      const by = fields.by === undefined ? {} : { by: shape.hash(fields.by, 'by', fail) }
      return { event, time, hash, ...by }
    }
    case 'refused':
      return { event, time, hash, reason: words(fields.reason, 'reason', fail) }
    default:
      throw fail('its event is unknown')
  }
}

function signedFields(fields: Record<string, unknown>, hash: Hash, fail: Malformed) {
  const { chainId, raw, replaces } = fields
  if (typeof raw !== 'string' || raw.length > 2 + 2 * MAX_RAW || !isHex(raw)) throw fail('its raw is not hex')
  if (keccak256(hexToBytes(raw)) !== hash) throw fail('its raw is not what its hash is of')
  const place = {
    chainId: shape.wholeNumber(chainId, 'its chainId', fail),
    nonce: whole(fields.nonce, 'nonce', fail),
  }
  if (!isPlaceOf(raw, place, fail)) throw fail('its chain id or nonce is not that of its raw')
  return {
    ...place,
    network: fields.version === 1 ? '' : words(fields.network, 'network', fail),
    from: shape.address(fields.from, 'from', fail),
    title: words(fields.title, 'title', fail),
    raw,
    ...(replaces === undefined ? {} : { replaces: shape.hash(replaces, 'replaces', fail) }),
  }
}

/** What is signed tells them too; only of the type that we sign ourselves (EIP-1559) that is read. */
function isPlaceOf(raw: Hex, place: { chainId: bigint; nonce: number }, fail: Malformed): boolean {
  if (!raw.startsWith('0x02')) return true
  const items = rlpDecode(hexToBytes(raw).subarray(1), fail)
  const [chainId, nonce] = Array.isArray(items) ? items : []
  return (
    rlpInteger(chainId, 'chain id', fail) === place.chainId && rlpInteger(nonce, 'nonce', fail) === BigInt(place.nonce)
  )
}

function whole(value: unknown, name: string, fail: Malformed): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw fail(`its ${name} is not a whole number`)
}

function words(value: unknown, name: string, fail: Malformed): string {
  if (typeof value === 'string' && value.length <= 1000) return value
  throw fail(`its ${name} is not a short text`)
}
