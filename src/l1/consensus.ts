import { setTimeout as delay } from 'node:timers/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import { boundedText } from './boundedText.js'

/** A sequencer as a node's `GET /v1/status` lists it; `stake` in wei. */
export interface KnownSequencer {
  id: number
  address: Address
  stake: string
  active: boolean
  jailed: boolean
}

const REQUEST_TIMEOUT_MS = 5_000
const MAX_BYTES = 4 * 1024 * 1024
const POLL_MS = 250

/**
 * The sequencers that consensus knows, by a node's REST endpoint.
 * @throws MetisSeqError `NODE_UNREACHABLE` (exit 6)
 */
export async function readKnownSequencers(rest: string, signal?: AbortSignal): Promise<KnownSequencer[]> {
  const url = new URL('/v1/status', rest)
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { sequencers } = JSON.parse(await boundedText(response, MAX_BYTES)) as { sequencers?: unknown }
    if (!Array.isArray(sequencers)) throw new Error('the answer lists no sequencers')
    return sequencers as KnownSequencer[]
  } catch (error) {
    signal?.throwIfAborted()
    throw new MetisSeqError(
      'NODE_UNREACHABLE',
      `The node ${url.origin} did not tell its status: ${messageOf(error)}.`,
      {
        exit: Exit.network,
        severity: 'temporary',
        next: 'Check that the node is running.',
      },
    )
  }
}

/**
 * Waits until one of the nodes says that consensus knows `signer` as an active sequencer.
 * @throws MetisSeqError `CONSENSUS_UNAWARE` (exit 8) after `timeoutSeconds`
 */
export async function waitForConsensus(
  rests: readonly string[],
  signer: Address,
  timeoutSeconds: number,
  signal?: AbortSignal,
): Promise<KnownSequencer> {
  const until = performance.now() + timeoutSeconds * 1000
  let problem = 'no node knows the sequencer yet'
  while (performance.now() < until) {
    for (const rest of rests) {
      try {
        const known = await readKnownSequencers(rest, signal)
        const mine = known.find(({ address, active }) => active && address === signer)
        if (mine !== undefined) return mine
        problem = 'no node knows the sequencer yet'
      } catch (error) {
        signal?.throwIfAborted()
        problem = messageOf(error)
      }
    }
    await delay(POLL_MS, undefined, signal ? { signal } : {})
  }
  throw new MetisSeqError(
    'CONSENSUS_UNAWARE',
    `The lock is on L1, but consensus did not take it in within ${timeoutSeconds} s: ${problem}.`,
    {
      exit: Exit.unconfirmed,
      severity: 'temporary',
      next: '`metis-seq status` shows when it has.',
      details: { signer },
    },
  )
}
