import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Exit, MetisSeqError } from '../core/errors/index.js'

export const HOST = '127.0.0.1'
export const DEFAULT_PORT_BASE = 9545
/** Devnets whose bases lie this far apart never meet. */
export const PORTS_PER_DEVNET = 10

export interface DevnetPorts {
  l1: number
  /** One a node: JSON-RPC, WebSocket, REST and metrics share it. */
  nodes: number[]
  control: number
}

/** The ports of a devnet of `nodes` nodes from `base` on. @throws MetisSeqError `PORT_BASE_INVALID` (exit 2) */
export function devnetPorts(base: number, nodes: number): DevnetPorts {
  if (!Number.isInteger(base) || base < 1024 || base + PORTS_PER_DEVNET > 65_536 || nodes > PORTS_PER_DEVNET - 2) {
    throw new MetisSeqError('PORT_BASE_INVALID', `${base} cannot be the first of ${PORTS_PER_DEVNET} ports.`, {
      exit: Exit.usage,
      next: `Give --port-base a number from 1024 to ${65_536 - PORTS_PER_DEVNET}.`,
    })
  }
  return {
    l1: base,
    nodes: Array.from({ length: nodes }, (_, i) => base + 1 + i),
    control: base + PORTS_PER_DEVNET - 1,
  }
}

/**
 * Resolves when all ports are free, waiting up to `patience` ms: what a killed devnet leaves behind ends a moment later.
 * @throws MetisSeqError `PORT_IN_USE` (exit 6), naming the port
 */
export async function awaitFreePorts(ports: DevnetPorts, patience: number): Promise<void> {
  const deadline = performance.now() + patience
  for (const port of [ports.l1, ...ports.nodes, ports.control]) {
    while (!(await isFree(port))) {
      if (performance.now() >= deadline) throw inUse(port)
      await delay(50)
    }
  }
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: HOST, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' || code === 'EACCES') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
}

function inUse(port: number): MetisSeqError {
  return new MetisSeqError('PORT_IN_USE', `Port ${port} of ${HOST} is in use by another program.`, {
    exit: Exit.network,
    next: 'Stop that program, or choose other ports with --port-base.',
    details: { host: HOST, port },
  })
}
