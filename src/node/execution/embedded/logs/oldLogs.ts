import type { Change, Database } from '../../../../core/ports/database.js'
import { key, numberOf, rangeOf } from '../store/keys.js'
import type { StoredChain } from '../store/stored.js'
import { logIndexChanges } from './logIndex.js'

/** Blocks that are indexed in one write. */
const STEP = 500

/**
 * Indexes the logs of a chain that an older program stored with a bloom for each block with logs. The blooms go as the index comes, so
 * it may be interrupted and goes on where it was.
 */
export async function indexOldLogs(database: Database, chain: StoredChain): Promise<void> {
  const [from, to] = rangeOf(key.bloom)
  for (let done = STEP; done === STEP; ) {
    const changes: Change[] = []
    done = 0
    for await (const [at] of database.entries(from, to, STEP)) {
      const number = numberOf(at)
      const hash = chain.canonicalHash(number)
      const receipts = hash && chain.encodedReceipts(hash)
      changes.push({ key: at, value: undefined }, ...(receipts ? logIndexChanges(number, receipts) : []))
      done += 1
    }
    if (done > 0) await database.write(changes)
  }
}
