import { hexQuantity } from '../codec/index.js'
import type { Log } from '../ports/execution.js'

/** A log as JSON-RPC writes it. `removed`: its block is orphaned. */
export function logJson(log: Log, removed = false): object {
  return {
    ...log,
    logIndex: hexQuantity(log.logIndex),
    transactionIndex: hexQuantity(log.transactionIndex),
    blockNumber: hexQuantity(log.blockNumber),
    removed,
  }
}
