import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bigEndian } from '../../../src/core/codec/index.js'
import type { Database } from '../../../src/core/ports/database.js'
import { findDamage } from '../../../src/node/storage/integrity/check.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { seededRandom } from '../../support/random.js'

const SESSIONS = 4
const WRITES = 12
const FLIPS = 400

let root: string
let original: string
let content: string[]

/** Values of all kinds: short and long, that compress and that do not. */
async function fill(database: Database, random: (below: number) => number, from: number): Promise<void> {
  for (let i = from; i < from + WRITES; i++) {
    const length = random(5) === 0 ? 40_000 : random(600)
    const noise = random(2) === 0
    const value = Uint8Array.from({ length }, (_, at) => (noise ? random(256) : at % 7))
    await database.write([
      { key: bigEndian(i, 4), value },
      { key: bigEndian(random(i + 1), 4), value: random(4) === 0 ? undefined : value.subarray(1) },
    ])
  }
}

async function contentOf(directory: string): Promise<string[]> {
  const database = await openDatabase(directory)
  try {
    const entries: string[] = []
    for await (const [key, value] of database.entries(new Uint8Array(1), new Uint8Array(5).fill(255)))
      entries.push(`${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('base64')}`)
    return entries
  } finally {
    await database.close()
  }
}

const copyOf = async (directory: string) => {
  const copy = await mkdtemp(join(root, 'copy-'))
  await cp(directory, copy, { recursive: true })
  return copy
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-integrity-'))
  original = join(root, 'original')
  const random = seededRandom(5)
  for (let session = 0; session < SESSIONS; session++) {
    const database = await openDatabase(original)
    await fill(database, random, session * WRITES)
    await database.close()
  }
  content = await contentOf(await copyOf(original))
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('a database whose files changed under it', () => {
  it.each([/^CURRENT$/, /^MANIFEST-/, /\.log$/, /\.ldb$/])(
    `is refused with the name of the file, or has all it had, after a flipped byte in %s`,
    { timeout: 60_000 },
    async (kind) => {
      const names = (await readdir(original)).filter((name) => kind.test(name))
      expect(names.length).toBeGreaterThan(0)
      const random = seededRandom(names.length)
      const copy = await copyOf(original)
      let refused = 0
      for (let flip = 0; flip < FLIPS; flip++) {
        const name = names[random(names.length)] ?? ''
        const bytes = await readFile(join(original, name))
        const at = random(2) === 0 ? random(bytes.length) : Math.max(0, bytes.length - 1 - random(60))
        const changed = Uint8Array.from(bytes)
        changed[at] = (bytes[at] ?? 0) ^ (1 + random(255))
        await writeFile(join(copy, name), changed)
        const damaged = await findDamage(copy)
        if (damaged === undefined) expect(await contentOf(await copyOf(copy))).toEqual(content)
        else {
          refused += 1
          expect(damaged.file).toContain(copy)
        }
        await writeFile(join(copy, name), bytes)
      }
      expect(refused).toBeGreaterThan(FLIPS * 0.9)
      await writeFile(join(copy, names[0] ?? ''), 'x'.repeat(100))
      await expect(openDatabase(copy)).rejects.toMatchObject({ code: 'DATABASE_FAILED', exit: 9 })
    },
  )

  it('is refused when one of its files is missing', async () => {
    for (const name of await readdir(original)) {
      if (!/^CURRENT$|^MANIFEST-|\.ldb$|\.log$/.test(name)) continue
      const copy = await copyOf(original)
      await rm(join(copy, name))
      await expect(openDatabase(copy), name).rejects.toMatchObject({ code: 'DATABASE_FAILED' })
    }
  })

  it('opens without the write that a crash cut off, and with all before it', async () => {
    const name = (await readdir(original)).find((each) => each.endsWith('.log')) ?? ''
    const { length } = await readFile(join(original, name))
    for (let cut = 1; cut < 200; cut += 13) {
      const copy = await copyOf(original)
      await truncate(join(copy, name), length - cut)
      const left = await contentOf(copy)
      expect(left.length).toBeGreaterThanOrEqual(content.length - 2)
    }
  })

  it('is well whatever it holds and however large its log is', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const directory = join(root, `seed-${seed}`)
      const random = seededRandom(seed)
      const database = await openDatabase(directory)
      await fill(database, random, 0)
      const large = new Uint8Array(random(7_000_000)).fill(random(256))
      await database.write([{ key: Uint8Array.of(1), value: large }])
      await fill(database, random, WRITES)
      await database.close()
      expect(await findDamage(directory)).toBeUndefined()
      await contentOf(directory)
      expect(await findDamage(directory)).toBeUndefined()
    }
  })
})
