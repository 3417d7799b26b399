import { decodeExtraData } from '../core/chain/extraData.js'
import { bytesToHex, hexToBytes } from '../core/codec/index.js'
import { attestationDigest, networkIdOf, sealDigest } from '../core/consensus/digest.js'
import { memberOf } from '../core/consensus/power.js'
import type { Context, Effect } from '../core/consensus/types.js'
import type { Genesis } from '../core/genesis/types.js'
import { type GuardRecord, guardProblem, maySeal } from '../core/guard/guard.js'
import { authoritiesOf } from '../core/mempool/authorities.js'
import { TransactionPool } from '../core/mempool/pool.js'
import type { Database } from '../core/ports/database.js'
import type { ConsensusEngine } from '../core/ports/engine.js'
import type { ExecutionEngine, Transaction } from '../core/ports/execution.js'
import type { Kzg, L1Sender, L1View } from '../core/ports/l1.js'
import type { Network, NetworkHandlers } from '../core/ports/network.js'
import type { Address, Hex } from '../core/types/hex.js'
import { Batcher } from './batcher/batcher.js'
import { BlobStore } from './batcher/blobStore.js'
import { ConsensusDriver, type Replay } from './consensus/driver.js'
import { eventsOf } from './events.js'
import { OwnRequests } from './requests.js'
import { Attester } from './sequencer/attester.js'
import type { NodeContext } from './sequencer/context.js'
import { Duties } from './sequencer/duties.js'
import { readGuard } from './sequencer/guard.js'
import { ChainKeeper } from './sequencer/keeper.js'
import { L1Lag } from './sequencer/l1Lag.js'
import { Producer } from './sequencer/producer.js'
import { openSealGuard, openSealStore, type SealKey } from './sequencer/seals.js'
import { Submissions } from './sequencer/submissions.js'
import { type GroupAdapters, GroupMember } from './threshold/member.js'
import type { NodeNews } from './types.js'

export interface LineOptions {
  genesis: Genesis
  key: SealKey
  stores: { consensus: Database; seals: Database; guard: Database; blobs: Database; shares: Database }
  chain: ExecutionEngine
  engine: ConsensusEngine
  join: (handlers: NetworkHandlers) => Network
  group: Omit<GroupAdapters, 'database'>
  l1: L1View
  sender: L1Sender
  kzg: Kzg
  recover: Context['recover']
  /** ms since 1970 */
  now: () => number
  /** How decided blocks are applied; the state machine of the core, unless something remembers what it gave. */
  replay?: Replay
  emit: (news: NodeNews) => void
  fatal: (error: unknown) => void
}

/**
 * A member's part in the network: consensus, chain, blocks, votes, signatures and batches, wired of their parts. It has no
 * file, no timer and no door of its own; whoever holds it calls `wake` when something happened, and now and then.
 */
export class Line {
  readonly context: NodeContext
  readonly driver: ConsensusDriver
  readonly submissions: Submissions
  readonly #options: LineOptions
  readonly #guard: GuardRecord | undefined
  readonly #network: Network
  readonly #keeper: ChainKeeper
  readonly #producer: Producer
  readonly #attester: Attester
  readonly #lag: L1Lag
  readonly #duties: Duties
  readonly #batcher: Batcher
  readonly #group: GroupMember
  readonly #requests: OwnRequests
  readonly #running = new Set<Promise<unknown>>()
  /** Where the record stood at the start. Until consensus is there its state is old: acting on it would undo final blocks. */
  readonly #recorded: number
  #leaving = false

  constructor(options: LineOptions) {
    const { chain, engine, emit, genesis, group, key, kzg, l1, now, recover, sender, stores } = options
    this.#options = options
    this.#recorded = engine.status().height
    const networkId = networkIdOf(genesis)
    this.#guard = readGuard(stores.guard, networkId)
    const consensus = new ConsensusDriver({
      context: { genesis, networkId, recover },
      database: stores.consensus,
      engine,
      replay: options.replay,
      onDecided: async (effects, refusals) => this.#decided(effects, refusals),
      onFatal: (error) => this.#fatal(error),
    })
    this.driver = consensus
    const { chainId, gasLimit } = genesis.l2
    const authorities = (transaction: Transaction) => authoritiesOf(transaction, chainId, recover)
    const seals = openSealStore(stores.seals)
    const blobs = new BlobStore(stores.blobs)
    this.#network = options.join({
      onBlock: (_from, block) => this.#keeper.receive(block),
      onTransaction: (_from, raw) => this.#spawn(this.submissions.receive(raw)),
      onBatch: (from, batch) => this.#spawn(this.#batcher.receive(from, batch)),
      onGroup: (from, sealed) => this.#group.receive(from, sealed),
      serveBlock: async (hash) => {
        const [block, record] = [await chain.blockByHash(hash), seals.get(hash)]
        return block === undefined || record?.seal == null ? undefined : { encoded: block.encoded, seal: record.seal }
      },
      serveBlobs: async (hashes) => blobs.get(hashes),
    })
    this.context = {
      genesis,
      networkId,
      address: key.address,
      chain,
      pool: new TransactionPool({ chainId, blockGasLimit: BigInt(gasLimit), authoritiesOf: authorities }),
      network: this.#network,
      consensus,
      seals,
      attest: async (content) => {
        const signature = bytesToHex(key.sign(attestationDigest(networkId, content)))
        await consensus.submit({ type: 'attestation', member: key.address, content, signature })
      },
      seal: openSealGuard(stores.guard, networkId, key),
      recover,
      now,
      warn: (message) => this.#warn(message),
      refused: (what, reason) => emit({ event: 'refused', what, reason }),
      produced: ({ number, hash, transactions }, own, term) =>
        emit({ event: 'block', number, hash, transactions: transactions.length, own, term }),
      fatal: (error) => this.#fatal(error),
    }
    this.#keeper = new ChainKeeper(this.context, () => this.#isCurrent())
    this.#producer = new Producer(this.context, this.#keeper)
    this.#lag = new L1Lag(this.context)
    this.#attester = new Attester(this.context, l1, this.#lag)
    this.submissions = new Submissions(this.context)
    this.#batcher = new Batcher(
      {
        genesis,
        address: key.address,
        chain,
        consensus,
        network: this.#network,
        sealOf: (hash) => {
          const seal = seals.get(hash)?.seal
          return seal == null ? undefined : hexToBytes(seal.signature)
        },
        isSealed: ({ extraData, feeRecipient, hash, number }, signature) => {
          const { term } = decodeExtraData(extraData)
          return recover(sealDigest(networkId, { term, number, hash }), signature) === feeRecipient
        },
        mayVote: () => memberOf(consensus.state.committee, key.address) !== undefined && !this.#lag.isTooLong(),
        vote: this.context.attest,
        now,
        refused: this.context.refused,
      },
      kzg,
      blobs,
    )
    this.#duties = new Duties(this.context, sender, (hashes) => blobs.get(hashes))
    this.#requests = new OwnRequests(this.context, sender, (index, hashes) => blobs.holds(index, hashes))
    this.#group = new GroupMember(
      {
        ...this.context,
        pubkeyOf: (address) => this.#pubkeyOf(address),
        send: (to, sealed) => this.#network.sendGroup(to, sealed),
        dataOf: (request) => this.#requests.dataOf(request),
        fundsMissing: () => this.#requests.fundsMissing(),
        whyNot: (...asked) => this.#requests.whyNot(...asked),
      },
      { ...group, database: stores.shares },
      () => this.#wakeGroup(),
    )
  }

  start(): void {
    const problem = guardProblem(this.#guard, this.context.address)
    if (problem !== undefined) this.context.warn(`${problem.message} ${problem.next}`)
    this.driver.start()
    this.#options.chain.onHead(() => this.wake())
    this.wake()
  }

  /** Does what is due. */
  wake(): void {
    if (this.#leaving || !this.#isCurrent()) return
    this.#keeper.wake()
    const seesL1 = !this.#lag.isTooLong()
    if (seesL1 && this.#maySeal()) this.#spawn(this.#producer.tick())
    this.#spawn(this.#attester.tick())
    if (seesL1) this.#spawn(this.#duties.tick())
    this.#spawn(this.#batcher.tick())
    this.#spawn(this.#requests.look())
    this.#wakeGroup()
    this.#spawn(this.submissions.tick())
  }

  /** The operator wants the key of the group shared anew. */
  refreshGroup(): void {
    this.#group.refresh()
  }

  /** Of a member, of one that wants in, or of one that has a share of the key before. */
  #pubkeyOf(address: Address): Hex | undefined {
    const { committee, group, proposed } = this.driver.state
    const all = [committee, proposed, group.former?.committee]
    return all.flatMap((each) => (each == null ? [] : (memberOf(each, address) ?? [])))[0]?.pubkey
  }

  #wakeGroup(): void {
    if (!this.#leaving && this.#isCurrent()) this.#spawn(this.#group.tick(!this.#lag.isTooLong()))
  }

  /** From now on nothing new is begun. */
  leave(): void {
    this.#leaving = true
  }

  /** Peers first, then what runs, then consensus, then the chain. The stores are the caller's to close. */
  async close(): Promise<void> {
    this.leave()
    this.#network.close()
    await Promise.all(this.#running)
    this.#group.close()
    await this.driver.close()
    await this.#keeper.exclusive(async () => undefined)
    await this.#options.chain.close()
  }

  /** Whether the guard lets the key seal in the current term: where not, no block is built for nothing. */
  #maySeal(): boolean {
    const { term, endBlock } = this.driver.state.term
    return maySeal(this.#guard, this.context.address, { term, number: endBlock })
  }

  #isCurrent(): boolean {
    return this.driver.height >= this.#recorded
  }

  /** Runs to its end in the background; close waits for it, and a failure stops the node. */
  #spawn(work: Promise<unknown>): void {
    const settled = work.catch((error) => this.#fatal(error)).finally(() => this.#running.delete(settled))
    this.#running.add(settled)
  }

  #decided(effects: readonly Effect[], refusals: readonly string[]): void {
    const { emit } = this.#options
    // What was in the record before the start is no news.
    if (this.driver.height > this.#recorded) {
      for (const reason of refusals) if (!isExpected(reason)) emit({ event: 'refused', what: 'message', reason })
      for (const event of eventsOf(effects)) emit(event)
    }
    this.wake()
  }

  /** What is broken off because the node is about to stop is no news either. */
  #warn(message: string): void {
    if (!this.#leaving) this.#options.emit({ event: 'warning', message })
  }

  /** What fails because the node is about to stop is no failure. */
  #fatal(error: unknown): void {
    if (!this.#leaving) this.#options.fatal(error)
  }
}

/** Several members do the same work now and then; the record keeps the first, and that is no news. */
function isExpected(reason: string): boolean {
  return /^(VOTE_|CHECKPOINT_|TERM_|RANGE_|REQUEST_|STALL_|BATCH_|EVIDENCE_KNOWN|GROUP_GENERATION|NOT_A_MEMBER|SESSION_|FEES_NOT)/.test(
    reason,
  )
}
