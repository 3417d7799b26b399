/**
 * The steps at which a process that dies leaves something half done, in the order in which a network meets them. The name
 * is reached right after what it says is on the disk, or was sent; `file.synced` is before the file gets its name.
 */
export const FAULT_POINTS = [
  'version.written',
  'file.synced',
  'l1.saved',
  'genesis.written',
  'keystore.written',
  'control.written',
  'descriptor.written',
  'log.written',
  'consensus.persisted',
  'chain.appended',
  'seal.guarded',
  'seal.stored',
  'block.sent',
  'import.sealed',
  'batch.stored',
  'batch.sent',
  'group.guarded',
  'sharing.begun',
  'share.stored',
  'share.destroyed',
  'l1.sent',
  'prune.marked',
  'prune.swept',
  'snapshot.synced',
  'snapshot.flushed',
  'snapshot.finished',
] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

let listener: ((point: FaultPoint) => void) | undefined

/** Says that the program is there. Nobody listens, unless a test does: then it costs one comparison. */
export function reached(point: FaultPoint): void {
  listener?.(point)
}

/**
 * For tests alone: `hear` is told of every fault point from now on. No part of the program calls it, and no setting,
 * variable or file leads to it; a test loads a module of its own before the program, with `node --import`, and whoever
 * can do that can run anything in the process anyway.
 */
export function onFaultPoint(hear: (point: FaultPoint) => void): void {
  listener = hear
}
