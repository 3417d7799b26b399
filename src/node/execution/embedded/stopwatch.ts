/** Where the time of a block goes: sender recovery, transactions, tries and roots, the durable write. */
export type Phase = 'recover' | 'evm' | 'trie' | 'disk'

/** Hears how many milliseconds a phase of one block took. */
export type PhaseListener = (phase: Phase, milliseconds: number) => void

/** Ends a phase: it took the time since the one before. */
export type Lap = (phase: Phase) => void

/** A stopwatch that starts now. */
export function stopwatch(listener: PhaseListener | undefined): Lap {
  let since = performance.now()
  return (phase) => {
    const now = performance.now()
    listener?.(phase, now - since)
    since = now
  }
}
