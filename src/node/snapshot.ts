import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MAX_LEAD } from '../core/consensus/checkpoint.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import type { Hash } from '../core/types/hex.js'
import {
  bringForward,
  isVacant,
  makeFile,
  readSnapshot,
  type SnapshotContent,
  type SnapshotHeader,
  SnapshotImport,
  SnapshotReader,
  type SnapshotSink,
  type SnapshotWork,
  SnapshotWriter,
  StoredChain,
  writeSnapshot,
} from './execution/embedded/index.js'
import { openDatabase } from './storage/level.js'

export type { SnapshotContent } from './execution/embedded/index.js'

/** The file by which LevelDB knows a folder as its own. */
const DATABASE = 'CURRENT'

interface Place extends SnapshotWork {
  genesis: Genesis
  /** The node's own folder. */
  directory: string
  /** The file. */
  path: string
}

export interface ExportOptions extends Place {
  /** Number of the block whose state is exported; without it the newest one that is final for sure. */
  block?: number | undefined
}

export interface ImportOptions extends Place {
  /** Hash of the block that the snapshot has to be of: what one trusts. */
  expect?: Hash | undefined
}

/**
 * Writes the state of a stopped node into a new file.
 * @throws MetisSeqError `DATABASE_IN_USE`, `SNAPSHOT_NO_CHAIN`, `GENESIS_MISMATCH`, `STATE_PRUNED`, `BLOCK_UNKNOWN` (exit 9),
 * `OUTPUT_FAILED` (exit 2)
 */
export async function exportSnapshot({
  genesis,
  directory,
  path,
  block,
  ...work
}: ExportOptions): Promise<SnapshotContent> {
  const chain = chainOf(directory)
  if (!(await namesIn(chain)).includes(DATABASE)) throw noChain(chain)
  const database = await openDatabase(chain)
  try {
    await bringForward(database)
    const stored = new StoredChain(database)
    const hash = stored.genesis()
    if (hash === undefined) throw noChain(chain)
    if (hash !== genesis.l2.hash) throw otherChain(`The data in ${chain}`, hash, genesis)
    const chosen = chosenBlock(stored, block)
    return await makeFile(path, (file) =>
      writeSnapshot(stored, new SnapshotWriter(file), {
        chainId: genesis.l2.chainId,
        genesis: hash,
        block: chosen,
        ...work,
      }),
    )
  } finally {
    await database.close()
  }
}

/**
 * Makes the chain of a stopped node that has none begin with a snapshot. Everything is checked as it is read, and where that
 * fails, or `signal` aborts, nothing is left.
 * @throws MetisSeqError `SNAPSHOT_*`, `DATABASE_IN_USE`, `GENESIS_MISMATCH` (exit 9), `SNAPSHOT_UNEXPECTED` (exit 10)
 */
export async function importSnapshot({
  genesis,
  directory,
  path,
  expect,
  ...work
}: ImportOptions): Promise<SnapshotContent> {
  const chain = chainOf(directory)
  const reader = await SnapshotReader.open(path)
  try {
    const names = await namesIn(chain)
    if (names.length > 0 && !names.includes(DATABASE)) throw foreign(chain)
    const database = await openDatabase(chain)
    // Only what is vacant now is removed after a failure.
    const vacant = isVacant(database)
    let done = false
    try {
      const target = new SnapshotImport(database)
      const checked: SnapshotSink = {
        header: async (header) => {
          refuseOther(header, path, genesis, expect)
          await target.header(header)
        },
        block: (block) => target.block(block),
        put: (...item) => target.put(...item),
      }
      const content = await readSnapshot(reader, checked, work)
      await target.finish(content)
      done = true
      return content
    } finally {
      await database.close()
      if (vacant && !done) await rm(chain, { recursive: true })
    }
  } finally {
    await reader.close()
  }
}

/** Checks a snapshot and says what it holds. @throws MetisSeqError `SNAPSHOT_*` (exit 9, 2) */
export async function lookAtSnapshot(path: string, work: SnapshotWork = {}): Promise<SnapshotContent> {
  const reader = await SnapshotReader.open(path)
  try {
    const nothing = async () => undefined
    return await readSnapshot(reader, { header: nothing, block: nothing, put: nothing }, work)
  } finally {
    await reader.close()
  }
}

/** The folder of a node's chain, in the node's own. */
export function chainOf(directory: string): string {
  return join(directory, 'chain')
}

/** The head may be orphaned by consensus, no block as far below it as blocks may lead a checkpoint can (rule T3). */
function chosenBlock(stored: StoredChain, wanted: number | undefined) {
  const headHash = stored.headHash()
  const head = headHash && stored.block(headHash)
  const number = wanted ?? Math.max(stored.oldestState(), (head?.number ?? 0) - MAX_LEAD)
  const hash = stored.canonicalHash(number)
  const block = hash && stored.block(hash)
  if (block !== undefined) return block
  throw new MetisSeqError('BLOCK_UNKNOWN', `The chain of this node has no block ${number}.`, {
    exit: Exit.data,
    details: { number, oldest: stored.oldestState(), head: head?.number ?? null },
    next: `Choose a block from ${stored.oldestState()} to ${head?.number ?? 0}.`,
  })
}

function refuseOther(
  { genesis: stated, chainId, hash, number }: SnapshotHeader,
  path: string,
  genesis: Genesis,
  expect?: Hash,
) {
  if (stated !== genesis.l2.hash || chainId !== genesis.l2.chainId)
    throw otherChain(`The snapshot ${path}`, stated, genesis)
  if (expect === undefined || expect === hash) return
  throw new MetisSeqError('SNAPSHOT_UNEXPECTED', `The snapshot is of block ${number} ${hash}, not of ${expect}.`, {
    exit: Exit.checkFailed,
    details: { number, hash, expect },
    next: 'Find out which of the two is on the chain before you use the file: ask a node that you trust for the block.',
  })
}

function otherChain(what: string, hash: Hash, { l2 }: Genesis): MetisSeqError {
  const message = `${what} belongs to the chain of ${hash}, the genesis to ${l2.hash} with chain id ${l2.chainId}.`
  return new MetisSeqError('GENESIS_MISMATCH', message, {
    exit: Exit.data,
    details: { hash, genesis: l2.hash },
    next: 'Use a snapshot of this network.',
  })
}

function noChain(chain: string): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_NO_CHAIN', `There is no chain in ${chain}.`, {
    exit: Exit.data,
    next: 'Name a node that has run, with --data-dir and --node.',
  })
}

function foreign(chain: string): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_TARGET_USED', `${chain} is not empty, and it is no database.`, {
    exit: Exit.data,
    next: 'Look what it is, and move it away.',
  })
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
