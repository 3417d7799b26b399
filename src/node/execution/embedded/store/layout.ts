import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { Change, Database } from '../../../../core/ports/database.js'
import { indexOldLogs } from '../logs/oldLogs.js'
import { key, rangeOf } from './keys.js'
import { nodeEntries } from './nodeEntry.js'
import { StoredChain } from './stored.js'

/** Of what lies in the database and how: 2 since a state node lies with the number of the block that wrote it, and logs have an index. */
export const VERSION = 2

/** Nodes that are moved in one write. */
const STEP = 2000

/**
 * Brings what an older program left in `database` to this version; a new database is left empty. It may be interrupted:
 * the next start goes on.
 * @throws MetisSeqError `DATA_TOO_NEW` (exit 9), `SNAPSHOT_UNFINISHED` (exit 9) where an import of a snapshot did not end
 */
export async function bringForward(database: Database): Promise<void> {
  if (database.get(key.importing) !== undefined) throw unfinished()
  const [version] = database.get(key.version) ?? []
  if (version === undefined) return
  if (version > VERSION) throw tooNew(version)
  if (version < VERSION) await database.write([{ key: key.version, value: Uint8Array.of(VERSION) }])
  const [from, to] = rangeOf(key.undated)
  // Which block wrote a node is not known, so each counts as young as it can be: pruning then keeps it long enough.
  const stored = new StoredChain(database)
  const head = stored.headHash()
  const number = (head && stored.block(head)?.number) ?? 0
  for (let moved = STEP; moved === STEP; ) {
    const changes: Change[] = []
    moved = 0
    for await (const [at, encoded] of database.entries(from, to, STEP)) {
      changes.push({ key: at, value: undefined }, ...nodeEntries([[at.subarray(1), encoded]], number))
      moved += 1
    }
    if (moved > 0) await database.write(changes)
  }
  await indexOldLogs(database, stored)
}

function tooNew(version: number): MetisSeqError {
  return new MetisSeqError(
    'DATA_TOO_NEW',
    `The execution data has version ${version}; this program knows ${VERSION}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Run the newer program again, or give this one another data directory.',
    },
  )
}

function unfinished(): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_UNFINISHED', 'The import of a snapshot into the execution data did not end.', {
    exit: Exit.data,
    severity: 'critical',
    next: 'Run `metis-seq snapshot import` again; it begins anew.',
  })
}
