import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { dataDirFlag } from './devnetFlags.js'

/** A node that is not of the devnet, or one of its nodes that is meant. */
export const nodeFlags = {
  'data-dir': dataDirFlag,
  rest: Flags.string({
    description: 'REST address of a node; otherwise a running node of the devnet.',
    env: 'METIS_SEQ_REST',
  }),
}

/** The REST address of the node that is meant. @throws MetisSeqError `NODE_NOT_RUNNING` (exit 6), or that there is no devnet */
export async function restOf(flags: { 'data-dir': string | undefined; rest: string | undefined }): Promise<string> {
  if (flags.rest !== undefined) return flags.rest
  const { askDevnet } = await import('../devnet/client.js')
  const node = (await askDevnet(flags['data-dir'])).nodes.find(({ state }) => state === 'running')
  if (node !== undefined) return node.rest
  throw new MetisSeqError('NODE_NOT_RUNNING', 'No node of the devnet runs.', {
    exit: Exit.network,
    next: 'Start one with `metis-seq devnet start N`.',
  })
}
