import type { FaultPoint } from '../../../src/core/faultPoints.js'

/** When a process reaches a point: at the making of a network, at any start, under traffic, when the key is shared anew, once it has old states, or in `snapshot`. */
export const MOMENTS: Readonly<
  Record<FaultPoint, 'founding' | 'start' | 'traffic' | 'sharing' | 'pruning' | 'snapshot'>
> = {
  'version.written': 'start',
  'file.synced': 'start',
  'l1.saved': 'start',
  'genesis.written': 'founding',
  'keystore.written': 'start',
  'control.written': 'start',
  'descriptor.written': 'start',
  'log.written': 'traffic',
  'consensus.persisted': 'traffic',
  'chain.appended': 'traffic',
  'seal.guarded': 'traffic',
  'seal.stored': 'traffic',
  'block.sent': 'traffic',
  'import.sealed': 'traffic',
  'batch.stored': 'traffic',
  'batch.sent': 'traffic',
  'group.guarded': 'traffic',
  'sharing.begun': 'sharing',
  'share.stored': 'sharing',
  'share.destroyed': 'sharing',
  'l1.sent': 'traffic',
  'prune.marked': 'pruning',
  'prune.swept': 'pruning',
  'snapshot.synced': 'snapshot',
  'snapshot.flushed': 'snapshot',
  'snapshot.finished': 'snapshot',
}

export function pointsAt(...moments: (typeof MOMENTS)[FaultPoint][]): FaultPoint[] {
  return (Object.keys(MOMENTS) as FaultPoint[]).filter((point) => moments.includes(MOMENTS[point]))
}
