import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Damage, readLog } from './logFile.js'
import { readManifest, type Version } from './manifest.js'
import { checkTable } from './table.js'

const tableName = /^(\d{6,})\.(ldb|sst)$/
const logName = /^(\d{6,})\.log$/

/** A file of a database that does not hold what was written to it. */
export interface Damaged {
  file: string
  reason: string
}

/**
 * The first file of a LevelDB that is damaged, of those that matter to it; undefined where all are well. LevelDB as it comes does
 * not look: it drops what is damaged in its log, deletes what a damaged manifest does not name, and hands out damaged values.
 * Reads all of the database. @throws the file system's errors
 */
export async function findDamage(directory: string): Promise<Damaged | undefined> {
  const names = await readdir(directory)
  if (!names.includes('CURRENT')) {
    // A database gets this file last; one that has data has it.
    const data = names.find((name) => tableName.test(name) || logName.test(name))
    return data === undefined ? undefined : { file: join(directory, 'CURRENT'), reason: 'it is missing' }
  }
  let file = 'CURRENT'
  try {
    const manifest = (await readFile(join(directory, file), 'latin1')).replace(/\n$/, '')
    if (!names.includes(manifest) || !/^MANIFEST-\d{6,}$/.test(manifest)) throw new Damage('it names no manifest')
    file = manifest
    const version = readManifest(await readFile(join(directory, file)))
    for (const name of liveFiles(names, version)) {
      file = name
      await checkFile(join(directory, name), version)
    }
    return undefined
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!(error instanceof Damage) && !missing) throw error
    return { file: join(directory, file), reason: missing ? 'it is missing' : error.message }
  }
}

/** A crash may leave others, half written or not removed yet. */
function liveFiles(names: readonly string[], { tables, log }: Version): string[] {
  const suffix = (number: number) => names.find((name) => Number(tableName.exec(name)?.[1]) === number)
  const live = [...tables.keys()].map((number) => suffix(number) ?? nameOf(number, 'ldb'))
  const logs = names.filter((name) => Number(logName.exec(name)?.[1]) >= log)
  return [...live, ...logs, ...(log === 0 ? [] : [nameOf(log, 'log')])]
}

async function checkFile(path: string, { tables }: Version): Promise<void> {
  const bytes = await readFile(path)
  const number = Number(/(\d+)\.\w+$/.exec(path)?.[1])
  if (path.endsWith('.log')) {
    readLog(bytes)
    return
  }
  if (bytes.length !== tables.get(number)) throw new Damage(`it has ${bytes.length} bytes, not ${tables.get(number)}`)
  checkTable(bytes)
}

function nameOf(number: number, kind: 'ldb' | 'log'): string {
  return `${String(number).padStart(6, '0')}.${kind}`
}
