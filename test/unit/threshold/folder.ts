import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Database } from '../../../src/core/ports/database.js'
import { openDatabase } from '../../../src/node/storage/level.js'

/** A real database in a folder of its own, anew for each test; `again` closes and opens it. */
export function useDatabase() {
  let database: Database
  const used = {
    folder: '',
    get database() {
      return database
    },
    async again(): Promise<Database> {
      await database.close()
      database = await openDatabase(used.folder)
      return database
    },
  }
  beforeEach(async () => {
    used.folder = await mkdtemp(join(tmpdir(), 'metis-threshold-'))
    database = await openDatabase(used.folder)
  })
  afterEach(async () => {
    await database.close()
    await rm(used.folder, { recursive: true, force: true })
  })
  return used
}
