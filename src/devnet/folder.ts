import { readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import { makePrivateFolder, whyUnsafe } from '../files/private.js'
import { openDatabase } from '../node/index.js'
import { writeDurably } from './files.js'

/** 2: the group's key is shared among the nodes. */
const VERSION = 2
/** A database that holds nothing: its lock is the operating system's, so that it ends with its process, however that ends. */
const LOCK = 'lock'

/** The data folder of one devnet, held by this process until `release`. */
export interface DataFolder {
  root: string
  /** The document that makes the network; while it is missing the folder holds nothing worth keeping. */
  genesis: string
  /** Saved state of L1. */
  l1: string
  log: string
  keystore: string
  control: string
  node(index: number): string
  /** File with the password of that node. */
  password(index: number): string
  /** Throws away what an unfinished set-up left. */
  clear(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes the data folder, creating it where there is none; with `reset` what it held is removed first.
 * @throws MetisSeqError (exit 9) `DEVNET_IN_USE`, `DATA_FOLDER_TOO_NEW`, `DATA_FOLDER_CORRUPT`, `DATA_FOLDER_FOREIGN`, `DATA_FOLDER_UNSAFE`
 */
export async function openFolder(dataDir: string, reset: boolean): Promise<DataFolder> {
  const root = resolve(dataDir)
  await makePrivateFolder(root)
  await refuseUnsafe(root)
  await refuseForeign(root)
  const lock = await takeLock(root)
  try {
    if (reset) await empty(root)
    else await checkVersion(root)
    await writeDurably(join(root, 'version'), `${VERSION}\n`)
    reached('version.written')
  } catch (error) {
    await lock.close()
    throw error
  }
  const at = (name: string) => join(root, name)
  return {
    root,
    genesis: at('genesis.json'),
    l1: at('l1'),
    log: at('log'),
    keystore: at('keystore'),
    control: at('control.json'),
    node: (index) => nodeFolder(root, index),
    password: (index) => join(root, 'keystore', `node-${index}.password`),
    clear: async () => {
      await empty(root)
      await writeDurably(at('version'), `${VERSION}\n`)
    },
    release: () => lock.close(),
  }
}

/** Where the data of a node lie. */
export function nodeFolder(root: string, index: number): string {
  return join(root, 'nodes', String(index))
}

/** Whoever can write to the folder could change what the nodes sign, and plant links there. */
async function refuseUnsafe(root: string): Promise<void> {
  const reason = await whyUnsafe(root)
  if (reason === undefined) return
  throw new MetisSeqError('DATA_FOLDER_UNSAFE', `The data folder cannot be used: ${reason}.`, {
    exit: Exit.data,
    next: 'Name a folder of your own with --data-dir; one that is missing is made.',
    details: { dataDir: root },
  })
}

/** A folder with other things in it is somebody's: nothing is written to it, and `--reset` would delete it. */
async function refuseForeign(root: string): Promise<void> {
  const names = await readdir(root)
  if (names.length === 0 || names.includes('version') || names.every((name) => name === LOCK)) return
  throw new MetisSeqError('DATA_FOLDER_FOREIGN', `${root} is not empty and not the folder of a devnet.`, {
    exit: Exit.data,
    next: 'Name another folder with --data-dir.',
    details: { dataDir: root },
  })
}

async function takeLock(root: string): Promise<{ close(): Promise<void> }> {
  try {
    return await openDatabase(join(root, LOCK), { whenDamaged: `Remove ${join(root, LOCK)}: it holds nothing.` })
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'DATABASE_IN_USE') throw error
    throw new MetisSeqError('DEVNET_IN_USE', `A devnet runs on ${root} already.`, {
      exit: Exit.data,
      next: 'Stop it, or start another one with --data-dir and --port-base.',
      details: { dataDir: root },
      cause: error,
    })
  }
}

async function empty(root: string): Promise<void> {
  const names = (await readdir(root)).filter((name) => name !== LOCK && name !== 'version')
  // The genesis goes first: without it the rest is known to be left-overs.
  await rm(join(root, 'genesis.json'), { force: true })
  for (const name of names) await rm(join(root, name), { recursive: true, force: true })
}

/** @throws MetisSeqError `DATA_FOLDER_TOO_NEW`, `DATA_FOLDER_CORRUPT` (exit 9) */
export async function checkVersion(root: string): Promise<void> {
  const text = await readFile(join(root, 'version'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return `${VERSION}`
    throw error
  })
  const version = /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined
  if (version === VERSION) return
  if (version !== undefined && version < VERSION) {
    throw new MetisSeqError(
      'DATA_FOLDER_TOO_OLD',
      `${root} has version ${version}: its group has one key, which nobody shares.`,
      {
        exit: Exit.data,
        next: 'Begin anew with --reset, or name another folder with --data-dir.',
        details: { dataDir: root },
      },
    )
  }
  if (version !== undefined && version > VERSION) {
    throw new MetisSeqError('DATA_FOLDER_TOO_NEW', `${root} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq, begin anew with --reset, or name another folder with --data-dir.',
      details: { dataDir: root },
    })
  }
  throw corrupt(root, `its version file says "${text.slice(0, 40).trim()}"`)
}

/** The error of a folder whose content cannot be used (exit 9). `reason` ends without a full stop. */
export function corrupt(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('DATA_FOLDER_CORRUPT', `The data of the devnet in ${path} cannot be used: ${reason}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Begin anew with --reset, or name another folder with --data-dir.',
    details: { path },
    cause,
  })
}
