import { bigEndian, bytesToHex, concatBytes, fromBigEndian, hexToBytes, utf8 } from '../../core/codec/index.js'
import { decodeGuardRecord, encodeGuardRecord } from '../../core/guard/document.js'
import { begunGuard, type GuardRecord, type Height, type SealedHeight } from '../../core/guard/guard.js'
import type { Change, Database } from '../../core/ports/database.js'
import type { Address, Hash } from '../../core/types/hex.js'

const HEIGHT_BYTES = 8

/** Where the record of a network stands; heights have no such length. */
const recordKey = (networkId: Hash) => concatBytes(utf8('guard/'), hexToBytes(networkId, 32))

/** Where the hash stands that was signed for a height: one a network, term and number (rule T4). */
const heightKey = (networkId: Hash, { term, number }: Height) =>
  concatBytes(hexToBytes(networkId, 32), bigEndian(term, HEIGHT_BYTES), bigEndian(number, HEIGHT_BYTES))

/** What the guard knows of a network; undefined where it was never begun. @throws MetisSeqError `GUARD_DAMAGED`, `GUARD_TOO_NEW` (exit 9) */
export function readGuard(database: Database, networkId: Hash): GuardRecord | undefined {
  const stored = database.get(recordKey(networkId))
  return stored === undefined ? undefined : decodeGuardRecord(new TextDecoder().decode(stored))
}

/** Writes the record, and with it, in one step, a height that is signed. */
export function writeGuard(
  database: Database,
  networkId: Hash,
  guard: GuardRecord,
  signed: SealedHeight | null = null,
): Promise<void> {
  const heights = signed === null ? [] : [signedChange(networkId, signed)]
  return database.write([...guardChanges(networkId, guard), ...heights])
}

/** What a store holds of a guard that signed nothing yet. */
export function guardChanges(networkId: Hash, guard: GuardRecord): Change[] {
  return [{ key: recordKey(networkId), value: utf8(encodeGuardRecord(guard)) }]
}

/** Begins the guard of a key that has never signed on this network; one that was begun stays as it is. */
export async function beginGuard(
  database: Database,
  { networkId, address }: { networkId: Hash; address: Address },
): Promise<void> {
  if (readGuard(database, networkId) === undefined) await writeGuard(database, networkId, begunGuard(address, null))
}

/** Guards of the first version had no record; what they signed is whole. */
export async function bringGuardForward(database: Database, networkId: Hash, address: Address): Promise<void> {
  if (readGuard(database, networkId) === undefined && (await signedHeights(database, networkId)).count > 0)
    await beginGuard(database, { networkId, address })
}

/** The hash that was signed for a height. */
export function signedAt(database: Database, networkId: Hash, height: Height): Hash | undefined {
  const stored = database.get(heightKey(networkId, height))
  return stored && bytesToHex(stored)
}

/** Once it resolves the height has this hash for ever. */
export function sign(database: Database, networkId: Hash, signed: SealedHeight): Promise<void> {
  return database.write([signedChange(networkId, signed)])
}

/** The highest height that was signed, and how many were. */
export async function signedHeights(
  database: Database,
  networkId: Hash,
): Promise<{ last: SealedHeight | null; count: number }> {
  const most = 2 ** 53 - 1
  let [last, count]: [SealedHeight | null, number] = [null, 0]
  const from = heightKey(networkId, { term: 0, number: 0 })
  for await (const [key, value] of database.entries(from, heightKey(networkId, { term: most, number: most }))) {
    const at = (start: number) => Number(fromBigEndian(key.subarray(start, start + HEIGHT_BYTES)))
    last = { term: at(32), number: at(32 + HEIGHT_BYTES), hash: bytesToHex(value) }
    count += 1
  }
  return { last, count }
}

function signedChange(networkId: Hash, signed: SealedHeight): Change {
  return { key: heightKey(networkId, signed), value: hexToBytes(signed.hash, 32) }
}
