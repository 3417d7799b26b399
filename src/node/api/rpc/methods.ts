import { blockMethods } from './blocks.js'
import { debugMethods } from './debug.js'
import { feeMethods } from './fees.js'
import { logMethods } from './logs.js'
import type { Method, MethodTable } from './method.js'
import { metisMethods } from './metis.js'
import { nodeMethods } from './node.js'
import { simulationMethods } from './simulate.js'
import { stateMethods } from './state.js'
import { transactionMethods } from './transactions.js'

const TABLES: readonly MethodTable[] = [
  nodeMethods,
  blockMethods,
  transactionMethods,
  stateMethods,
  simulationMethods,
  feeMethods,
  logMethods,
  metisMethods,
]

/** Every method that answers over HTTP and WebSocket alike; none signs or administers. `debug`: also the traces of debug_*. */
export function methods({ debug }: { debug: boolean }): ReadonlyMap<string, Method> {
  return new Map([...TABLES, ...(debug ? [debugMethods] : [])].flatMap((table) => Object.entries(table)))
}
