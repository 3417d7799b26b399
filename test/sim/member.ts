import type { ConsensusState } from '../../src/core/consensus/types.js'
import type { Genesis } from '../../src/core/genesis/types.js'
import { begunGuard } from '../../src/core/guard/guard.js'
import type { L1View } from '../../src/core/ports/l1.js'
import type { Network, NetworkHandlers, SealedBlock } from '../../src/core/ports/network.js'
import type { Address, Hash } from '../../src/core/types/hex.js'
import type { Replay } from '../../src/node/consensus/driver.js'
import { Line, type LineOptions } from '../../src/node/line.js'
import { guardChanges } from '../../src/node/sequencer/guard.js'
import { MAX_L1_LAG } from '../../src/node/sequencer/l1Lag.js'
import type { NodeNews } from '../../src/node/types.js'
import { ChainDisk, SimChain } from './world/chain.js'
import type { Clock } from './world/clock.js'
import { Disk } from './world/database.js'
import type { Dice } from './world/dice.js'
import type { Order } from './world/engine.js'
import type { Evm } from './world/evm.js'

import { openBox, simCrypto, simSeal } from './world/group.js'
import { type Key, recover } from './world/keys.js'
import { simKzg } from './world/kzg.js'
import type { L1, L1Answers } from './world/l1.js'
import { Life } from './world/life.js'
import type { Net } from './world/network.js'

/** What all members share. */
export interface World {
  genesis: Genesis
  networkId: Hash
  clock: Clock
  dice: Dice
  evm: Evm
  net: Net
  order: Order
  l1: L1
  /** Puts the share of a founder on its disk. */
  giveShare: (disk: Disk, address: Address) => void
  replay: Replay
  tick: number
  /** A block that a member sent or served. */
  onSealed: (member: Member, block: SealedBlock) => void
  /** A block that came to a member. */
  onHeard: (member: Member, block: SealedBlock) => void
  onChain: (member: Member) => void
  onNews: (member: Member, news: NodeNews) => void
  onFatal: (member: Member, error: unknown) => void
  /** A session of the group that a member takes part in. */
  onSession: (member: Member, session: Hash, digest: Hash | undefined) => void
  /** Changes what a member is made of: a liar's ports, or a fault that is planted. */
  ports: (member: Member, options: LineOptions, life: Life) => LineOptions
}

/** A node: its key and disks, which outlive it, and its run while it lives. */
export class Member {
  readonly chain: ChainDisk
  readonly disks = {
    consensus: new Disk(),
    seals: new Disk(),
    guard: new Disk(),
    blobs: new Disk(),
    shares: new Disk(),
  }
  answers: L1Answers
  life: Life | undefined
  line: Line | undefined
  /** Last final block that L1 told it of in this life; before the first answer, what was decided when it began. */
  seenL1 = 0
  /** Virtual ms since which it has not seen what is decided. */
  blindSince: number | undefined
  /** Dies at this one of its writes from now on. */
  dieAt: number | undefined
  stopped = false
  deaths = 0
  readonly #world: World

  constructor(
    world: World,
    readonly index: number,
    readonly key: Key,
    readonly offset: number,
    readonly honest: boolean,
    behind: number,
  ) {
    this.#world = world
    this.answers = { mode: 'well', behind }
    this.chain = new ChainDisk(world.evm.block0)
    this.disks.guard.found(guardChanges(world.networkId, begunGuard(key.address, null)))
  }

  get address() {
    return this.key.address
  }

  get isAlive(): boolean {
    return this.life?.alive === true
  }

  start(): void {
    if (this.isAlive || this.stopped) return
    const world = this.#world
    const { clock, dice } = world
    const life = new Life()
    this.life = life
    this.dieAt = undefined
    this.seenL1 = decidedOf(world.order.state)
    const onWrite = () => this.#wrote()
    const open = (disk: Disk) => disk.open(clock, dice, life, onWrite)
    const { consensus, seals, guard, blobs, shares } = this.disks
    const chain = new SimChain(world.genesis.l2.chainId, {
      evm: world.evm,
      disk: this.chain,
      clock,
      dice,
      life,
      slowness: 30,
      onWrite,
    })
    const crypto = simCrypto({
      clock,
      dice,
      life,
      onBegin: (session, digest) => life.alive && world.onSession(this, session, digest),
    })
    const options: LineOptions = {
      genesis: world.genesis,
      key: { address: this.address, sign: this.key.sign },
      stores: {
        consensus: open(consensus),
        seals: open(seals),
        guard: open(guard),
        blobs: open(blobs),
        shares: open(shares),
      },
      chain,
      engine: world.order.open(this.address, life),
      join: (handlers) => this.#join(life, handlers),
      group: { crypto: { sign: crypto, share: crypto }, seal: simSeal(this.address), box: openBox },
      l1: this.#seeing(world.l1.view(life, () => this.answers)),
      sender: world.l1.sender(life, () => this.answers),
      kzg: simKzg(clock, dice, life),
      recover,
      now: () => clock.now + this.offset,
      replay: world.replay,
      emit: (news) => life.alive && world.onNews(this, news),
      fatal: (error) => this.#fatal(life, error),
    }
    const line = new Line(world.ports(this, options, life))
    this.line = line
    chain.onHead(() => world.onChain(this))
    world.onChain(this)
    line.start()
    world.order.tell(this.address)
    this.#tick(life, line)
  }

  kill(): void {
    if (!this.isAlive) return
    this.deaths += 1
    this.line?.leave()
    this.life?.end()
    this.line = undefined
  }

  /** Whether it has seen, not long ago, what is decided of L1 (rule L3). */
  look(now: number): boolean {
    if (this.seenL1 >= decidedOf(this.#world.order.state)) this.blindSince = undefined
    else this.blindSince ??= now
    return this.blindSince === undefined || now - this.blindSince < MAX_L1_LAG / 2
  }

  #seeing(view: L1View): L1View {
    const finalHeight = async () => {
      const final = await view.finalHeight()
      this.seenL1 = Math.max(this.seenL1, final)
      return final
    }
    return { ...view, finalHeight }
  }

  #tick(life: Life, line: Line): void {
    const { clock, dice, tick } = this.#world
    clock.after(tick / 2 + dice.below(tick), () => {
      if (!life.alive) return
      line.wake()
      this.#tick(life, line)
    })
  }

  #wrote(): void {
    if (this.dieAt === undefined) return
    this.dieAt -= 1
    if (this.dieAt <= 0) this.kill()
  }

  #join(life: Life, handlers: NetworkHandlers): Network {
    const { net, onHeard, onSealed } = this.#world
    const network = net.join(this.address, life, {
      ...handlers,
      onBlock: (from, block) => {
        onHeard(this, block)
        handlers.onBlock(from, block)
      },
      serveBlock: async (hash) => {
        const block = await handlers.serveBlock(hash)
        if (block !== undefined) onSealed(this, block)
        return block
      },
    })
    return {
      get peers() {
        return network.peers
      },
      ...network,
      sendBlock: (block) => {
        if (!life.alive) return
        onSealed(this, block)
        network.sendBlock(block)
      },
    }
  }

  #fatal(life: Life, error: unknown): void {
    if (!life.alive) return
    this.#world.onFatal(this, error)
    this.stopped = true
    this.kill()
  }
}

/** Last block of L1 that consensus decided. */
const decidedOf = ({ l1 }: ConsensusState): number => l1.decided?.to ?? l1.applied.number
