import { Args, Flags } from '@oclif/core'

/** Which devnet is meant. */
export const dataDirFlag = Flags.string({
  description: 'Folder of the devnet; otherwise the one started last.',
  env: 'METIS_SEQ_DATA_DIR',
})

/** The number of a node, as `devnet nodes` lists it. */
export const nodeArgument = Args.integer({ name: 'node', description: 'Number of the node.', required: true, min: 0 })
