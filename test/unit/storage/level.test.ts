import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/codec/index.js'
import type { Database } from '../../../src/core/ports/database.js'
import { openDatabase, openReader } from '../../../src/node/storage/level.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'metis-level-'))
})
afterEach(() => rm(directory, { recursive: true }))

const loader = new URL('../../../scripts/typescript.mjs', import.meta.url).href
/** A thread that reads until it is told to stop. */
const startReader = (workerData: unknown) =>
  new Worker(new URL('reader.mjs', import.meta.url), { workerData, execArgv: ['--import', loader] })

const library = new URL('../../../node_modules/classic-level/index.js', import.meta.url).href

const write = (database: Database, value: number) =>
  database.write(
    Array.from({ length: 200 }, (_, i) => ({ key: utf8(`k${i}`), value: new Uint8Array(300).fill(value) })),
  )

describe('a database for several threads', () => {
  it('is read in a thread while it is written, each write whole', async () => {
    const database = await openDatabase(directory, { shared: true })
    const worker = startReader(database.address)
    await once(worker, 'message')
    for (let value = 1; value <= 60; value++) await write(database, value)
    const answer = once(worker, 'message')
    worker.postMessage('stop')
    const [{ readings, torn, seen }] = await answer
    expect(torn).toBe(0)
    expect(readings).toBeGreaterThan(2)
    expect(seen).toBeGreaterThan(2)
    await database.close()
  })

  it('sees a write at once, goes on when a reader closes, and when its thread is ended', async () => {
    const database = await openDatabase(directory, { shared: true })
    const reader = await openReader(directory)
    await database.write([{ key: utf8('a'), value: utf8('1') }], { lasting: false })
    expect(reader.get(utf8('a'))).toEqual(utf8('1'))
    await reader.close()
    const worker = startReader(database.address)
    await once(worker, 'message')
    await worker.terminate()
    expect(database.get(utf8('a'))).toEqual(utf8('1'))
    await database.close()
    // The lock is free.
    await (await openDatabase(directory)).close()
  })

  it('is held against another process, and against an opening that is not for several threads', async () => {
    const database = await openDatabase(directory, { shared: true })
    await expect(openDatabase(directory)).rejects.toMatchObject({ code: 'DATABASE_IN_USE', exit: 9 })
    const source = `const { ClassicLevel } = await import('${library}')
const level = new ClassicLevel('${directory}', { multithreading: true })
await level.open().then(() => console.log('open'), (error) => console.log(error.cause?.code ?? error.code))`
    const other = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' })
    expect([other.stdout.trim(), other.stderr]).toEqual(['LEVEL_LOCKED', ''])
    await database.close()
  })

  it('has no address when it is opened for one, and is not made by a reader', async () => {
    const database = await openDatabase(directory)
    expect(database.address).toBeUndefined()
    await expect(openReader(directory)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    await database.close()
    const failed = { code: 'DATABASE_FAILED', exit: 9 }
    await expect(openReader(join(directory, 'none'))).rejects.toMatchObject(failed)
    await writeFile(join(directory, 'file'), '')
    await expect(openDatabase(join(directory, 'file', 'below'))).rejects.toMatchObject(failed)
  })
})
