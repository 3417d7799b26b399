import { blockMethods } from './blocks.js'
import { feeMethods } from './fees.js'
import { logMethods } from './logs.js'
import type { Method } from './method.js'
import { metisMethods } from './metis.js'
import { nodeMethods } from './node.js'
import { stateMethods } from './state.js'
import { transactionMethods } from './transactions.js'

/** Every method that answers over HTTP and WebSocket alike; none signs or administers. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [nodeMethods, blockMethods, transactionMethods, stateMethods, feeMethods, logMethods, metisMethods].flatMap((table) =>
    Object.entries(table),
  ),
)
