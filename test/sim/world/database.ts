import type { Change, Database } from '../../../src/core/ports/database.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Life } from './life.js'

type Content = Map<string, Uint8Array>
const text = (key: Uint8Array) => Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
const bytes = (key: string) => new Uint8Array(Buffer.from(key, 'latin1'))

/** What is on a disk, and outlives the runs of its node. */
export class Disk {
  readonly content: Content = new Map()

  /** What was there before the first run. */
  found(changes: readonly Change[]): void {
    put(this.content, changes)
  }

  /**
   * As a run of a node sees it. A write is whole or not at all, and there for sure once it resolved; of those that were
   * under way at a death the first few are there. `onWrite` hears of each before it begins, and may end the run.
   */
  open(clock: Clock, dice: Dice, life: Life, onWrite: () => void): Database {
    const { content } = this
    const waiting: (readonly Change[])[] = []
    life.atEnd(() => {
      for (const changes of waiting.slice(0, dice.below(waiting.length + 1))) put(content, changes)
    })
    return {
      get: (key) => content.get(text(key)),
      async *entries(from, to, limit = Number.POSITIVE_INFINITY) {
        const [least, end] = [text(from), text(to)]
        const keys = [...content.keys()].filter((key) => key >= least && key < end).sort()
        for (const key of keys.slice(0, limit)) {
          const value = content.get(key)
          if (value !== undefined) yield [bytes(key), value] as const
        }
      },
      write: (changes) =>
        life.within(async () => {
          waiting.push(changes)
          onWrite()
          await clock.pause(dice.below(4))
          if (!life.alive) return
          waiting.splice(waiting.indexOf(changes), 1)
          put(content, changes)
        }),
      close: async () => undefined,
    }
  }
}

function put(content: Content, changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (value === undefined) content.delete(text(key))
    else content.set(text(key), value)
  }
}
