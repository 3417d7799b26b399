import type { Entry, SenderQueue } from './queue.js'

/** By what a sender counts as large: whatever the pool has run out of. */
export type Weight = 'count' | 'bytes'

interface Candidate {
  entry: Entry
  parked: boolean
  weight: number
}

/**
 * Who leaves a full pool: the last transaction of the largest sender, so that many transactions of one never crowd out the few
 * of others. Those that could not be included now (behind a nonce gap, or with a fee cap below `baseFee`, in wei) leave before any
 * that could, and restored ones never. Of equals the newest leaves, which may be the one just put in.
 */
export function victim(queues: Iterable<SenderQueue>, weight: Weight, baseFee: bigint): Entry | undefined {
  let worst: Candidate | undefined
  for (const queue of queues) {
    const candidate = lastOf(queue, weight, baseFee)
    if (candidate !== undefined && (worst === undefined || leavesBefore(candidate, worst))) worst = candidate
  }
  return worst?.entry
}

function lastOf(queue: SenderQueue, weight: Weight, baseFee: bigint): Candidate | undefined {
  const entry = queue.entries.findLast((candidate) => !candidate.restored)
  if (entry === undefined) return undefined
  const parked = entry.tx.nonce >= queue.stateNonce + queue.executable(queue.stateNonce, baseFee)
  return { entry, parked, weight: weight === 'count' ? queue.size : queue.bytes }
}

function leavesBefore(a: Candidate, b: Candidate): boolean {
  if (a.parked !== b.parked) return a.parked
  if (a.weight !== b.weight) return a.weight > b.weight
  return a.entry.arrival > b.entry.arrival
}
