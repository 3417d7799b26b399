import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemContracts } from '../../../src/core/chain/systemContracts.js'
import { keccak256, keccakBytes, utf8 } from '../../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import { networkIdOf } from '../../../src/core/consensus/digest.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { SEQUENCER_SET_ADDRESS, sequencerSetStorage } from '../../../src/core/genesis/sequencerSet.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { ConsensusEngine } from '../../../src/core/ports/engine.js'
import type { Kzg, L1Sender, L1View } from '../../../src/core/ports/l1.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { loadArtifact } from '../../../src/l1/artifacts.js'
import { openEmbeddedLog } from '../../../src/node/consensus/embedded.js'
import { makeGenesisBlock } from '../../../src/node/execution/embedded/index.js'
import { beginNodeGuard, createNode } from '../../../src/node/index.js'
import { LocalHub } from '../../../src/node/p2p/hub.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import type { NodeEvent, SequencerNode } from '../../../src/node/types.js'
import { type Founded, founded, giveShare, PASSWORD } from '../../support/threshold/founded.js'

export const METIS = 10n ** 18n

export function keyOf(name: string) {
  const privateKey = keccakBytes(utf8(`metis-seq test ${name}`))
  const pubkey = publicKeyOf(privateKey)
  return { privateKey, pubkey, address: addressOfPublicKey(pubkey) }
}

/** METIS of the sequencers, who share a key. */
const STAKES = [100_000n, 60_000n, 40_000n, 20_000n]
const foundedGroup = (members: number): Promise<Founded> =>
  founded(Array.from({ length: members }, (_, i) => keyOf(`sequencer ${i}`)))

/** An L1 that can't be reached: sequencing must go on all the same (rule L3). */
const silent = () => Promise.reject(new MetisSeqError('L1_SILENT', 'no L1 in this test', { severity: 'temporary' }))
const silentView: L1View = { finalHeight: silent, range: silent, onBlock: () => () => {}, close: async () => {} }
const silentSender: L1Sender = { fees: silent, send: silent, nonce: silent }
const noKzg: Kzg = { commitments: silent, sidecar: silent, close: async () => {} }

export interface Options {
  epochLength?: number
  stallTimeout?: number
  blockTime?: number
  /** METIS of each sequencer. */
  stakes?: readonly bigint[]
}

export async function makeGenesis({ stakes = STAKES, ...options }: Options = {}): Promise<Genesis> {
  const { address: group, publicKey } = await foundedGroup(stakes.length)
  const sequencers = stakes.map((stake, i) => {
    const { address, pubkey } = keyOf(`sequencer ${i}`)
    return { id: i + 1, signer: address, pubkey, stake: (stake * METIS).toString() }
  })
  const first = sequencers[0]?.signer ?? '0x'
  const epochLength = options.epochLength ?? 4
  const storage = sequencerSetStorage({
    owner: group,
    group,
    firstSequencer: first,
    epochLength: BigInt(epochLength),
  })
  const alloc: Genesis['l2']['alloc'] = {
    ...systemContracts(),
    [SEQUENCER_SET_ADDRESS]: {
      balance: '0',
      code: (await loadArtifact('MetisSequencerSet')).deployedBytecode as Hex,
      storage,
    },
    [group]: { balance: (1000n * METIS).toString() },
    [keyOf('user').address]: { balance: (1000n * METIS).toString() },
  }
  const fields = { timestamp: Math.floor(Date.now() / 1000) - 10, gasLimit: 30_000_000, baseFee: '1000000000' }
  const block0 = await makeGenesisBlock(alloc, fields)
  const none: Address = '0x0000000000000000000000000000000000000001'
  return {
    version: 1,
    name: 'test',
    salt: keccak256(utf8('salt')),
    l1: {
      chainId: 31337,
      startBlock: 1,
      startParentHash: keccak256(utf8('L1')),
      confirmations: 1,
      metis: none,
      lockingInfo: none,
      lockingPool: none,
      bridge: none,
      stateCommitmentChain: none,
      inbox: none,
    },
    l2: { chainId: 1337, ...fields, alloc, sequencerSet: SEQUENCER_SET_ADDRESS, ...block0 },
    consensus: {
      epochLength,
      blockTime: options.blockTime ?? 100,
      stallTimeout: options.stallTimeout ?? 3000,
      maxFuture: 3_600_000,
      snapshotInterval: 8,
      entropyDelay: 4,
    },
    group: { address: group, publicKey, l1Nonce: 0, l2FeeCap: (1000n * 10n ** 9n).toString() },
    firstSequencer: first,
    sequencers,
  }
}

/** The nodes of a genesis in this process on real stores; L1 is silent. */
export class TestNetwork {
  readonly nodes: (SequencerNode | undefined)[] = []
  readonly events: NodeEvent[] = []
  readonly fatal: Error[] = []
  #listeners = new Set<() => void>()

  private constructor(
    readonly genesis: Genesis,
    readonly directory: string,
    readonly engine: ConsensusEngine,
    readonly hub: LocalHub,
  ) {}

  static async start(genesis: Genesis, directory?: string, hub = new LocalHub()): Promise<TestNetwork> {
    const folder = directory ?? (await mkdtemp(join(tmpdir(), 'metis-seq-node-')))
    const engine = await openEmbeddedLog(await openDatabase(join(folder, 'log')), () => Date.now())
    const network = new TestNetwork(genesis, folder, engine, hub)
    const networkId = networkIdOf(genesis)
    const members = genesis.sequencers.length
    for (let i = 0; i < members; i++) {
      const place = { directory: join(folder, `node${i}`), networkId, address: keyOf(`sequencer ${i}`).address }
      // A key is new where its node has no folder yet; at a restart its guard has to be there.
      if (!existsSync(place.directory)) {
        await beginNodeGuard(place)
        await giveShare(place.directory, place.address, await foundedGroup(members))
      }
      await network.startNode(i)
    }
    return network
  }

  async startNode(i: number): Promise<void> {
    this.nodes[i] = await createNode({
      genesis: this.genesis,
      directory: join(this.directory, `node${i}`),
      key: keyOf(`sequencer ${i}`),
      keyLocks: join(this.directory, 'locks'),
      engine: this.engine,
      hub: this.hub,
      password: PASSWORD,
      l1: silentView,
      sender: silentSender,
      kzg: noKzg,
      api: { host: '127.0.0.1', port: 0 },
      now: () => Date.now(),
      onEvent: (event) => {
        this.events.push(event)
        for (const listener of this.#listeners) listener()
      },
      onFatal: (error) => {
        this.fatal.push(error)
        for (const listener of this.#listeners) listener()
      },
    })
  }

  async stopNode(i: number): Promise<void> {
    await this.nodes[i]?.close()
    this.nodes[i] = undefined
  }

  /** Resolves when `met` holds, looked at after every event. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.fatal[0] !== undefined) throw this.fatal[0]
      await new Promise<void>((resolve) => {
        const once = () => {
          this.#listeners.delete(once)
          resolve()
        }
        this.#listeners.add(once)
      })
    }
  }

  node(i: number): SequencerNode {
    const node = this.nodes[i]
    if (node === undefined) throw new Error(`node ${i} is stopped`)
    return node
  }

  running(): SequencerNode[] {
    return this.nodes.filter((node) => node !== undefined)
  }

  async close(): Promise<void> {
    for (const node of this.running()) await node.close()
    await this.engine.close()
  }
}
