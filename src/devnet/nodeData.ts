import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import type { Address } from '../core/types/hex.js'
import { devnetAccounts } from './accounts.js'
import { devnetFolder } from './descriptor.js'
import { checkVersion, nodeFolder } from './folder.js'
import { readGenesis } from './genesisFile.js'
import { STAKES } from './settings.js'

/** The data of one node of a devnet, which may be running or not. */
export interface NodeData {
  genesis: Genesis
  directory: string
  /** Of its key. */
  address: Address
}

/**
 * Finds the data of node `index` in `dataDir`, else in the devnet started last, without taking the folder.
 * @throws MetisSeqError `DEVNET_NOT_FOUND` (exit 6), `NODE_UNKNOWN` (exit 2), `DATA_FOLDER_*` (exit 9)
 */
export async function findNodeData(dataDir: string | undefined, index: number): Promise<NodeData> {
  const root = await devnetFolder(dataDir)
  if (await exists(root)) await checkVersion(root)
  const genesis = await readGenesis(join(root, 'genesis.json'))
  if (genesis === undefined) throw notFound(root)
  if (index > STAKES.length) throw unknown(index)
  const { sequencers, spare } = devnetAccounts(STAKES.length)
  const { address } = sequencers[index] ?? spare
  return { genesis, directory: nodeFolder(root, index), address }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function notFound(root: string): MetisSeqError {
  return new MetisSeqError('DEVNET_NOT_FOUND', `There is no devnet in ${root}.`, {
    exit: Exit.network,
    next: 'Start one with `npm start`, or name its folder with --data-dir.',
  })
}

function unknown(index: number): MetisSeqError {
  return new MetisSeqError('NODE_UNKNOWN', `The devnet has no node ${index}.`, {
    exit: Exit.usage,
    next: `Its nodes are 0 to ${STAKES.length}; \`metis-seq devnet nodes\` lists them.`,
  })
}
