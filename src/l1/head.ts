import { setTimeout as delay } from 'node:timers/promises'
import type { Block } from 'ethers'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { asking, type L1Client } from './client.js'

const TRIES = 20
const PAUSE_MS = 500

/**
 * The newest block, which is `notBelow` at least: the machines behind one endpoint lag behind each other, and what was
 * just mined must be in what is read.
 * @throws MetisSeqError `RPC_UNREACHABLE`, `RPC_BEHIND` (exit 6)
 */
export async function newestBlock(client: L1Client, notBelow = 0): Promise<Block> {
  let seen = -1
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) await delay(PAUSE_MS)
    const block = await asking(client, 'its newest block', client.provider.getBlock('latest'))
    if (block !== null && block.number >= notBelow) return block
    seen = block?.number ?? seen
  }
  throw new MetisSeqError(
    'RPC_BEHIND',
    `${client.url} is at block ${seen} and gave a receipt of block ${notBelow} before; it cannot be asked what is now.`,
    {
      exit: Exit.network,
      severity: 'temporary',
      next: 'Run the command again when it has caught up, or name another endpoint with --rpc-url: it does only what is still due.',
      details: { seen, notBelow },
    },
  )
}
