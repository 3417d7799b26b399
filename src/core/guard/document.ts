import { canonicalHash, canonicalJson, type Malformed, shape } from '../codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../errors/index.js'
import type { Hex } from '../types/hex.js'
import { type GuardExport, type GuardRecord, type Height, MAX_LINEAGE, type SealedHeight } from './guard.js'

const FORMAT = 'metis-seq/guard'
const VERSION = 1
const ID_BYTES = 16
/** Characters of a file; one with 64 moves has 3,100. */
const MAX_TEXT = 16_384

const height = shape.objectOf<Height>({ term: shape.uint, number: shape.uint })
const sealed = shape.objectOf<SealedHeight>({ term: shape.uint, number: shape.uint, hash: shape.hash })
const lineage: shape.Shape<readonly Hex[]> = shape.listOf(shape.hexOf(ID_BYTES), MAX_LINEAGE)

const record = shape.objectOf<GuardRecord>({
  address: shape.address,
  floor: shape.orNull(height),
  lineage,
  moved: shape.boolean,
})
const exported = shape.objectOf<GuardExport>({
  networkId: shape.hash,
  address: shape.address,
  floor: shape.orNull(height),
  last: shape.orNull(sealed),
  lineage,
})

/** The text of an export, with a sum over all of it. */
export function writeGuardExport(guard: GuardExport): string {
  const content = contentOf(guard)
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...content, checksum: checksumOf(content) }, null, 2)}\n`
}

/** @throws MetisSeqError `GUARD_FILE_DAMAGED`, `GUARD_FILE_TOO_NEW` (exit 9) */
export function readGuardExport(text: string, path: string): GuardExport {
  const fail: Malformed = (reason) => damaged(path, reason)
  if (text.length > MAX_TEXT) throw fail(`it has more than ${MAX_TEXT} characters`)
  const { format, version, checksum, ...content } = objectOf(text, fail)
  if (format !== FORMAT) throw fail('it is no exported guard')
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('GUARD_FILE_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq.',
    })
  }
  if (version !== VERSION) throw fail(`its version is not ${VERSION}`)
  const guard = exported(content, 'guard', fail)
  if (checksum !== checksumOf(contentOf(guard))) throw fail('its checksum is wrong')
  return guard
}

/** As the record stands in the guard's database. */
export function encodeGuardRecord(guard: GuardRecord): string {
  return canonicalJson({ version: VERSION, ...guard, floor: guard.floor && { ...guard.floor } })
}

/** @throws MetisSeqError `GUARD_DAMAGED`, `GUARD_TOO_NEW` (exit 9) */
export function decodeGuardRecord(text: string): GuardRecord {
  const fail: Malformed = (reason) =>
    new MetisSeqError('GUARD_DAMAGED', `The guard of this node cannot be read: ${reason}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Do not let it seal. Import an export of the guard, or begin one as docs/guides/lost-key.md says.',
    })
  const { version, ...content } = objectOf(text, fail)
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('GUARD_TOO_NEW', `The guard has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq.',
    })
  }
  if (version !== VERSION) throw fail(`its version is not ${VERSION}`)
  const guard = record(content, 'guard', fail)
  if (encodeGuardRecord(guard) !== text) throw fail('it is not as it was written')
  return guard
}

/** Of nothing but plain values, in a fixed order. */
function contentOf({ networkId, address, floor, last, lineage }: GuardExport) {
  return { networkId, address, floor: floor && { ...floor }, last: last && { ...last }, lineage }
}

function checksumOf(content: ReturnType<typeof contentOf>): Hex {
  return canonicalHash({ format: FORMAT, version: VERSION, ...content })
}

function objectOf(text: string, fail: Malformed): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw fail(`it is not JSON (${messageOf(error).slice(0, 80)})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('it is no object')
  return value as Record<string, unknown>
}

function damaged(path: string, reason: string): MetisSeqError {
  return new MetisSeqError('GUARD_FILE_DAMAGED', `${path} cannot be used: ${reason}.`, {
    exit: Exit.data,
    next: 'Export the guard again and copy the file as it is.',
  })
}
