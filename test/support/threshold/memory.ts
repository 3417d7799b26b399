import type { Database } from '../../../src/core/ports/database.js'

const text = (key: Uint8Array) => Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')

/** A database in memory, that is there at once. */
export function memoryDatabase(): Database & { content: Map<string, Uint8Array> } {
  const content = new Map<string, Uint8Array>()
  return {
    content,
    get: (key) => content.get(text(key)),
    async *entries(from, to) {
      for (const key of [...content.keys()].filter((each) => each >= text(from) && each < text(to)).sort()) {
        const value = content.get(key)
        if (value !== undefined) yield [new Uint8Array(Buffer.from(key, 'latin1')), value] as const
      }
    },
    async write(changes) {
      for (const { key, value } of changes) {
        if (value === undefined) content.delete(text(key))
        else content.set(text(key), value)
      }
    },
    close: async () => undefined,
  }
}
