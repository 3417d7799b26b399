import { MetisSeqError } from '../../core/errors/index.js'

/** Looks every `pollMs` at a height and tells when it rose. A timer runs only while somebody listens. */
export function watchHeight(height: () => Promise<number>, pollMs: number) {
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  let known = -1

  const look = async () => {
    const seen = await heightOrNothing(height)
    if (seen !== undefined && seen > known) {
      known = seen
      for (const listener of listeners) listener()
    }
    if (timer !== undefined) schedule()
  }
  const schedule = () => {
    timer = setTimeout(() => void look(), pollMs)
    timer.unref()
  }
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }

  return {
    onHeight(listener: () => void): () => void {
      listeners.add(listener)
      if (timer === undefined) schedule()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    close() {
      listeners.clear()
      stop()
    },
  }
}

/** A silent L1 has no new block: whoever reads it meets the error itself, and sequencing goes on (rule L3). */
async function heightOrNothing(height: () => Promise<number>): Promise<number | undefined> {
  try {
    return await height()
  } catch (error) {
    if (error instanceof MetisSeqError) return undefined
    throw error
  }
}
