import { setMaxListeners } from 'node:events'
import { access } from 'node:fs/promises'
import type { StateHistory } from '../core/chain/stateHistory.js'
import { networkIdOf } from '../core/consensus/digest.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import type { Address } from '../core/types/hex.js'
import {
  beginNodeGuard,
  createKzg,
  createL1Sender,
  createL1View,
  LocalHub,
  openDatabase,
  openEmbeddedLog,
} from '../node/index.js'
import { type DevnetAccounts, devnetAccounts, shownKey, type TestKey } from './accounts.js'
import { SteadyClock } from './clock.js'
import { Closer } from './closer.js'
import { startControl } from './control.js'
import { type DevnetDescriptor, writeDescriptor } from './descriptor.js'
import type { DevnetEvent } from './events.js'
import { corrupt, type DataFolder, openFolder } from './folder.js'
import { foundNetwork } from './founding.js'
import { keepNetworkId, readGenesis, writeGenesis } from './genesisFile.js'
import { beginGroup, type FoundedGroup } from './group.js'
import { DevnetL1 } from './l1.js'
import { DevnetNodes, type SharedParts } from './nodes.js'
import { readPassword } from './passwords.js'
import { awaitFreePorts, DEFAULT_PORT_BASE, devnetPorts } from './ports.js'
import { DEFAULT_BLOCK_TIME, DEFAULT_EPOCH_LENGTH, FUNDS, STAKES } from './settings.js'
import { writeSpareKeystore } from './spare.js'

const L1_POLL = 200
const LOG_DAMAGED =
  'The order of everything is in it: bring the whole folder back from a copy, or begin anew with --reset.'
/** ms that what a killed devnet left behind may still need for its end. */
const PATIENCE = 3000

export interface DevnetOptions {
  dataDir: string
  portBase?: number | undefined
  /** Begin anew: what the folder held is removed. */
  reset?: boolean
  /** blocks; fixed when the network is made */
  epochLength?: number | undefined
  /** ms; fixed when the network is made */
  blockTime?: number | undefined
  /** Of how many blocks each node keeps the state. */
  stateHistory?: StateHistory | undefined
  onEvent: (event: DevnetEvent) => void
  /** Something without which the devnet can't go on has ended; close it. */
  onFailure: (error: Error) => void
  signal?: AbortSignal
}

export interface Devnet {
  readonly nodes: DevnetNodes
  /** As it is now, with the state and stake of every node. */
  descriptor(): DevnetDescriptor
  /** Ends everything in order; what is on disk goes on at the next start. */
  close(): Promise<void>
}

/**
 * A whole network on this machine: an L1, contracts, four sequencers with stake and a spare one, all in this process but
 * the L1. Goes on from `dataDir` where a devnet was before.
 * @throws MetisSeqError `DEVNET_IN_USE`, `DATA_FOLDER_*` (exit 9), `PORT_IN_USE` (exit 6), `DEVNET_SETTING_FIXED` (exit 2)
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const closer = new Closer()
  try {
    return await start(options, closer)
  } catch (error) {
    await closer.close().catch(() => undefined) // what comes after the first error follows from it
    throw error
  }
}

async function start(options: DevnetOptions, closer: Closer): Promise<Devnet> {
  const { onEvent, onFailure, signal } = options
  const step = (text: string) => {
    signal?.throwIfAborted()
    onEvent({ event: 'step', text })
  }
  const clock = new SteadyClock()
  const now = () => clock.now()
  const begin = async () => {
    await folder.clear()
    const ending = new AbortController()
    const signals = [ending.signal, ...(signal === undefined ? [] : [signal])]
    const group = await beginGroup(folder, accounts, { now, signal: AbortSignal.any(signals) })
    const ended = group.key.then(() => undefined).catch(() => undefined) // whoever awaits the key hears why
    closer.add(() => {
      ending.abort()
      return ended
    })
    return { group }
  }
  const goOn = async (genesis: Genesis) => {
    refuseOtherSettings(genesis, options)
    await keepNetworkId(folder.genesis, genesis)
    return genesis
  }
  const ports = devnetPorts(options.portBase ?? DEFAULT_PORT_BASE, STAKES.length + 1)
  const accounts = devnetAccounts(STAKES.length)

  const folder = await openFolder(options.dataDir, options.reset ?? false)
  closer.add(() => folder.release())
  await awaitFreePorts(ports, (await exists(folder.control)) ? PATIENCE : 0)
  const kzg = createKzg() // takes seconds to get ready, meanwhile the rest starts
  closer.add(() => kzg.close())

  const known = await readGenesis(folder.genesis)
  const origin = known === undefined ? await begin() : { genesis: await goOn(known) }
  step(known === undefined ? 'Making the key of the group, starting L1' : 'Starting L1 from the saved state')
  const l1 = await DevnetL1.start({ folder: folder.l1, port: ports.l1, resumed: known !== undefined })
  closer.add(() => l1.stop())
  const genesis =
    'genesis' in origin ? origin.genesis : await found(options, { ...origin, folder, accounts, l1, now, step })
  await refuseOtherL1(l1, genesis, folder)
  l1.run(onFailure, ({ code, message }) => onEvent({ event: 'failure', index: null, code, message }))

  step('Starting the nodes')
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one a request to L1 that is under way
  const view = createL1View({ url: l1.url, genesis, pollMs: L1_POLL, signal: closing.signal })
  closer.add(() => view.close())
  const engine = await openEmbeddedLog(await openDatabase(folder.log, { whenDamaged: LOG_DAMAGED }), now)
  closer.add(() => engine.close())
  clock.atLeast(engine.status().time)
  const shared: SharedParts = {
    engine,
    hub: new LocalHub(),
    l1: l1.guarded(view),
    sender: createL1Sender({ url: l1.url, kzg, signal: closing.signal }),
    kzg,
  }
  const keys = [...accounts.sequencers, accounts.spare]
  const directory = (index: number) => folder.node(index)
  const { stateHistory } = options
  // A new key of the group pays its own fees on L1, as the first one does.
  const fund = (key: Address) => l1.call('anvil_setBalance', [key, `0x${FUNDS.toString(16)}`])
  const nodes = new DevnetNodes({
    genesis,
    shared,
    keys,
    ports: ports.nodes,
    directory,
    passwords: await Promise.all(keys.map((_, i) => readPassword(folder.password(i)))),
    stateHistory,
    now,
    onEvent: (event) => {
      onEvent(event)
      if (event.event === 'key') void fund(event.to).catch(onFailure)
    },
    onLost: onFailure,
  })
  closer.add(async () => {
    const closed = nodes.closeAll()
    // A node waits for the work it has begun; what is slow of it, proofs of a batch and a silent L1, comes again after the next start.
    await new Promise(setImmediate)
    closing.abort()
    await kzg.close()
    await closed
  })
  await nodes.startAll()
  const key = nodes.look()?.status.group.address
  if (key !== undefined && key !== genesis.group.address) await fund(key) // it was killed before, or its L1 forgot
  signal?.throwIfAborted()

  const spare = await writeSpareKeystore(folder.keystore, STAKES.length, accounts.spare)
  const descriptor = () => describe(genesis, l1.url, accounts, nodes, spare)
  const control = await startControl({ file: folder.control, port: ports.control, nodes, descriptor })
  closer.add(() => control.close())
  await writeDescriptor(folder.root, descriptor())
  onEvent({ event: 'ready', ...descriptor() })
  return {
    nodes,
    descriptor,
    close: () => {
      onEvent({ event: 'closing' })
      return closer.close()
    },
  }
}

/** The genesis is written last and L1 is saved before it: a crash in between leaves a folder that begins anew. */
async function found(
  options: DevnetOptions,
  {
    folder,
    accounts,
    group,
    l1,
    now,
    step,
  }: {
    folder: DataFolder
    accounts: DevnetAccounts
    group: FoundedGroup
    l1: DevnetL1
    now: () => number
    step: (text: string) => void
  },
): Promise<Genesis> {
  const genesis = await foundNetwork({
    l1,
    accounts,
    epochLength: options.epochLength ?? DEFAULT_EPOCH_LENGTH,
    blockTime: options.blockTime ?? DEFAULT_BLOCK_TIME,
    salt: group.salt,
    group: group.key,
    now,
    step,
  })
  await l1.save()
  await beginGuards(folder, genesis, [...accounts.sequencers, accounts.spare])
  await writeGenesis(folder.genesis, genesis)
  return genesis
}

/** Before the genesis is there: whoever finds a network without the guard of a key must take it for lost. */
async function beginGuards(folder: DataFolder, genesis: Genesis, keys: readonly TestKey[]): Promise<void> {
  const networkId = networkIdOf(genesis)
  for (const [i, { address }] of keys.entries()) await beginNodeGuard({ directory: folder.node(i), networkId, address })
}

function describe(
  genesis: Genesis,
  url: string,
  accounts: DevnetAccounts,
  nodes: DevnetNodes,
  spare: DevnetDescriptor['spare'],
): DevnetDescriptor {
  const { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain, inbox } = genesis.l1
  return {
    l1: { url, chainId: genesis.l1.chainId },
    l2: { chainId: genesis.l2.chainId },
    contracts: {
      metis,
      lockingInfo,
      lockingPool,
      bridge,
      stateCommitmentChain,
      inbox,
      sequencerSet: genesis.l2.sequencerSet,
    },
    group: nodes.look()?.status.group.address ?? genesis.group.address,
    admin: shownKey(accounts.admin),
    nodes: nodes.describe(),
    spare,
    accounts: accounts.users.map(shownKey),
  }
}

function refuseOtherSettings({ consensus }: Genesis, options: DevnetOptions): void {
  for (const name of ['epochLength', 'blockTime'] as const) {
    const wanted = options[name]
    if (wanted === undefined || wanted === consensus[name]) continue
    const message = `The network in ${options.dataDir} has ${name} ${consensus[name]}, which cannot become ${wanted}.`
    throw new MetisSeqError('DEVNET_SETTING_FIXED', message, {
      exit: Exit.usage,
      next: 'Leave the flag away, begin anew with --reset, or name another folder with --data-dir.',
    })
  }
}

async function refuseOtherL1(l1: DevnetL1, { l1: { startBlock, startParentHash } }: Genesis, folder: DataFolder) {
  const block = await l1.call('eth_getBlockByNumber', [`0x${(startBlock - 1).toString(16)}`, false])
  if ((block as { hash?: string } | null)?.hash === startParentHash) return
  throw corrupt(folder.l1, `the saved L1 does not have block ${startParentHash}, on which the network stands`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
