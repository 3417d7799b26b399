import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { readJson } from '../cli/input.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import type { Hash } from '../core/types/hex.js'
import type { Derived } from '../l1/derive.js'

interface Checked extends Derived {
  readonly networkId: Hash
  /** The node that was compared with; null for none. */
  readonly node: string | null
}

/** Everything a sequencer did, worked out again from L1 alone. */
export default class Derive extends BaseCommand {
  static override summary = 'Rebuild the L2 chain from L1 alone and check it.'
  static override description =
    `Reads batches, blobs and deposits from L1, executes every block anew, and refuses with the
reason what does not fit: order, blobs against their commitments, seals, deposits, hashes, state roots. Ends with 10 then.
Without --l1-url and --genesis it takes the devnet that was started last, or the one in --data-dir.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --l1-url http://127.0.0.1:8545 --genesis genesis.json --check --rpc http://127.0.0.1:9545',
  ]
  static override flags = {
    check: Flags.boolean({ description: 'Compare every block with a node as well.' }),
    'data-dir': Flags.string({ description: 'Folder of a devnet.', env: 'METIS_SEQ_DATA_DIR' }),
    'l1-url': Flags.string({ description: 'JSON-RPC of an L1 node.', env: 'METIS_SEQ_L1_URL', dependsOn: ['genesis'] }),
    'beacon-url': Flags.string({
      description: 'Beacon API that keeps the blobs; an anvil serves them itself.',
      env: 'METIS_SEQ_BEACON_URL',
    }),
    genesis: Flags.string({ description: 'Genesis document of the network; `-` reads standard input.' }),
    rpc: Flags.string({ description: 'JSON-RPC of the node to compare with.', env: 'METIS_SEQ_RPC' }),
  }

  async run(): Promise<Checked> {
    const { flags } = await this.parse(Derive)
    const { descriptor, genesisFile } = await this.#devnet(flags)
    const l1Url = flags['l1-url'] ?? descriptor?.l1.url
    const rpcUrl = flags.check ? (flags.rpc ?? descriptor?.nodes[0]?.rpc) : undefined
    if (l1Url === undefined) throw missing('L1 node', '--l1-url')
    if (flags.check && rpcUrl === undefined) throw missing('node to compare with', '--rpc')
    const genesis = genesisOf(await readJson(genesisFile, 'It is the document that the network was started with.'))
    const { auditChain } = await import('../node/index.js')
    const beaconUrl = flags['beacon-url']
    const progress = await this.progress()
    progress.step('Reading L1')
    const derived = await auditChain({
      genesis,
      l1Url,
      ...(beaconUrl === undefined ? {} : { beaconUrl }),
      ...(rpcUrl === undefined ? {} : { rpcUrl }),
      signal: this.interrupted(),
      onBatch: ({ index, first, last }) => progress.step(`Batch ${index}: blocks ${first} to ${last}`),
    }).catch((error: unknown) => {
      progress.fail()
      throw error
    })
    progress.done()
    const { batches, blocks, stateRoots, compared, head, l1 } = derived
    const held = `${count(batches, 'batch', 'batches')} with ${count(blocks, 'block', 'blocks')}`
    this.print(`L1 blocks ${l1.from} to ${l1.to} hold ${held}; each one was executed anew.`)
    this.print(`Block ${head.number} is ${head.hash}.`)
    this.print(`The state roots of ${count(stateRoots, 'batch', 'batches')} stand on L1 too and are the same.`)
    if (flags.check) this.print(`${count(compared, 'block', 'blocks')} compared with ${rpcUrl}: no difference.`)
    return { ...derived, node: rpcUrl ?? null }
  }

  async #devnet(flags: { 'l1-url'?: string; genesis?: string; 'data-dir'?: string }) {
    if (flags['l1-url'] !== undefined && flags.genesis !== undefined) return { genesisFile: flags.genesis }
    const { devnetFolder, readDescriptor } = await import('../devnet/descriptor.js')
    const folder = await devnetFolder(flags['data-dir'])
    return { descriptor: await readDescriptor(folder), genesisFile: flags.genesis ?? join(folder, 'genesis.json') }
  }
}

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`

/** What the document says is checked by use: its alloc must give its hash, and its hash is in every seal (rule M1). */
function genesisOf(value: unknown): Genesis {
  const { version, l1, l2, consensus, group } = (value ?? {}) as Partial<Genesis>
  if (version === 1 && l1 && l2 && consensus && group) return value as Genesis
  throw new MetisSeqError('GENESIS_INVALID', 'The genesis document is not one of version 1 of this program.', {
    exit: Exit.data,
    next: 'Give the genesis.json that the network was started with.',
  })
}

function missing(what: string, flag: string): MetisSeqError {
  return new MetisSeqError('FLAG_MISSING', `No ${what} is named.`, {
    exit: Exit.usage,
    next: `Name it with ${flag}.`,
  })
}
