import { signedEnvelope, signingDigest } from '../../src/core/chain/transaction.js'
import { isQuorum, WEI_PER_METIS } from '../../src/core/consensus/power.js'
import { messageOf } from '../../src/core/errors/index.js'
import type { Address, Hash } from '../../src/core/types/hex.js'
import { replayBlock } from '../../src/node/consensus/driver.js'
import type { LineOptions } from '../../src/node/line.js'
import { Liar } from './liar.js'
import { Member, type World } from './member.js'
import type { Action, Schedule } from './schedule.js'
import { Violation, Watch } from './watch.js'
import { Clock } from './world/clock.js'
import { Dice } from './world/dice.js'
import { type ApplyBlock, Order, rememberingReplay } from './world/engine.js'
import { found, START, USERS } from './world/genesis.js'
import { keyOf, recover } from './world/keys.js'
import { L1 } from './world/l1.js'
import type { Life } from './world/life.js'
import { Net } from './world/network.js'

/** Errors that are planted to see that they are found: other state machine, or other ports of each member. */
export interface Fault {
  applyBlock?: ApplyBlock
  ports?: (options: LineOptions, member: Member, life: Life) => LineOptions
}

export interface Outcome {
  violation: Violation | undefined
  /** Of everything that happened, in order. */
  trace: string
  /** The schedule made liars too strong; nothing is promised then, and nothing was looked at from there on. */
  outside: boolean
  figures: Record<
    | 'seconds'
    | 'events'
    | 'deaths'
    | 'blocks'
    | 'terms'
    | 'cuts'
    | 'lies'
    | 'lost'
    | 'batches'
    | 'payments'
    | 'handovers',
    number
  >
  news: string[]
}

/** What a node's news are written for, when somebody wants to read what happened. */
const KEPT_NEWS = 4000

export async function simulate(schedule: Schedule, fault: Fault = {}, keepNews = false): Promise<Outcome> {
  return new Simulation(schedule, fault, keepNews).run()
}

class Simulation {
  readonly #schedule: Schedule
  readonly #clock = new Clock(START * 1000)
  readonly #dice: Dice
  readonly #net: Net
  readonly #l1: L1
  readonly #order: Order
  readonly #watch: Watch
  readonly #world: World
  readonly #members: Member[] = []
  readonly #liars = new Map<number, Liar>()
  readonly #figures = { deaths: 0, terms: 0, cuts: 0, handovers: 0 }
  readonly #news: string[] = []
  readonly #keepNews: boolean
  readonly #nonces = USERS.map(() => 0)
  #trace = 0x811c9dc5
  #violation: Violation | undefined
  #pace = { mark: '', until: 0 }
  #outside = false
  #calm = false

  constructor(schedule: Schedule, fault: Fault, keepNews: boolean) {
    this.#schedule = schedule
    this.#keepNews = keepNews
    this.#dice = new Dice(schedule.seed)
    const { genesis, networkId, evm, giveShare } = found(schedule)
    const [clock, dice] = [this.#clock, this.#dice]
    this.#net = new Net(clock, dice, schedule.weather)
    this.#l1 = new L1(clock, dice, genesis, schedule.l1)
    const liars = new Set(schedule.liars.map(({ node }) => keyOf(`member ${node}`).address))
    this.#watch = new Watch(
      networkId,
      evm,
      this.#l1,
      (address) => !liars.has(address),
      (hash) => this.#holders(hash),
      () => clock.now,
    )
    const replay = rememberingReplay(fault.applyBlock ?? replayBlock)
    this.#order = new Order(clock, dice, {
      context: { genesis, networkId, recover },
      replay,
      interval: schedule.interval,
      lag: schedule.lag,
      quorum: () => this.#quorum(),
      onDecided: ({ height, time }, { effects, state, appHash }) => {
        this.#note(`${height} ${time} ${appHash}`)
        for (const { type } of effects) {
          if (type === 'termOpened') this.#figures.terms += 1
          if (type === 'termCut') this.#figures.cuts += 1
          if (type === 'keyHandedOver') this.#figures.handovers += 1
        }
        this.#judge(() => this.#watch.decided(effects, state))
        if (this.#isTooMuch()) this.#outside = true
      },
      onWrongHash: (height, address) =>
        this.#judge(() => {
          throw new Violation('app hashes are equal', `${address} has another one after ${height}`)
        }),
    })
    this.#world = {
      genesis,
      networkId,
      clock,
      dice,
      evm,
      net: this.#net,
      order: this.#order,
      l1: this.#l1,
      giveShare,
      replay,
      tick: schedule.tick,
      onSealed: (member, block) => this.#judge(() => this.#watch.sealed(member, block)),
      onHeard: (member, block) => this.#watch.heard(member, block),
      onChain: (member) => {
        this.#note(`${member.index} ${member.chain.head.block.hash}`)
        this.#judge(() => this.#watch.chain(member))
      },
      onNews: (member, news) => this.#tell(member, JSON.stringify(news)),
      onFatal: (member, error) => this.#fatal(member, error),
      onSession: (member, session, digest) => this.#judge(() => this.#watch.session(member, session, digest)),
      ports: (member, options, life) => {
        const changed = fault.ports?.(options, member, life) ?? options
        return this.#liars.get(member.index)?.ports(member, changed, life) ?? changed
      },
    }
    for (const { node, lies } of schedule.liars)
      this.#liars.set(node, new Liar(this.#world, schedule.seed + node, lies))
    for (const index of schedule.stakes.keys()) {
      const { address, disks } = this.#join(index)
      giveShare(disks.shares, address)
    }
  }

  async run(): Promise<Outcome> {
    const { actions, length } = this.#schedule
    for (const member of this.#members) member.start()
    for (const action of actions) this.#clock.after(action.at, () => this.#act(action))
    await this.#until(START * 1000 + length, () => false)
    if (this.#goesOn()) await this.#settle()
    for (const member of this.#members) member.kill()
    const { deaths, terms, cuts, handovers } = this.#figures
    return {
      violation: this.#violation,
      trace: this.#trace.toString(16).padStart(8, '0'),
      outside: this.#outside,
      figures: {
        seconds: Math.round((this.#clock.now - START * 1000) / 1000),
        events: this.#clock.ran,
        deaths,
        blocks: this.#watch.checkpoint.block.number,
        terms,
        cuts,
        handovers,
        lies: [...this.#liars.values()].reduce((sum, { told }) => sum + told, 0),
        lost: this.#net.lost,
        batches: this.#watch.batches,
        payments: this.#l1.head.state.pool.payments.length,
      },
      news: this.#news,
    }
  }

  #goesOn(): boolean {
    return this.#violation === undefined && !this.#outside
  }

  /** Virtual time goes on until `end`, or until `met` holds. */
  async #until(end: number, met: () => boolean): Promise<boolean> {
    while (this.#goesOn() && !met()) {
      if (!(await this.#clock.step(end))) return false
      this.#judge(() => this.#watch.accepted())
      this.#judge(() => this.#checkPace())
    }
    return this.#goesOn()
  }

  /** The network goes on whenever a quorum of honest members is there, whatever the others do, and L1 where it is silent for all (rules P3, L3). */
  #checkPace(): void {
    const { checkpoint, committee } = this.#order.state
    const isTroubled = this.#net.weather.loss > 0 || this.#net.parts.size > 0
    const looks = this.#members.map((member) => ({ member, sees: member.look(this.#clock.now) }))
    const states = looks.map(({ member, sees }) => `${member.deaths}${member.isAlive}${sees}`)
    const mark = `${checkpoint.number} ${states.join()}`
    if (isTroubled || mark !== this.#pace.mark) this.#pace = { mark, until: this.#clock.now + this.#bound() }
    if (this.#clock.now <= this.#pace.until) return
    const able = looks.filter(({ member, sees }) => member.honest && member.isAlive && sees)
    if (
      !isQuorum(
        committee,
        able.map(({ member }) => member.address),
      )
    )
      return
    throw new Violation(
      'a quorum goes on',
      `no checkpoint after ${checkpoint.number} in term ${this.#order.state.term.term}`,
    )
  }

  /** Trouble is over but for the liars: within a bound the network has to go on in everything it does. */
  async #settle(): Promise<void> {
    this.#calm = true
    this.#net.weather = { ...this.#net.weather, loss: 0, doubled: 0 }
    this.#net.parts.clear()
    for (const member of this.#members) {
      member.answers = { ...member.answers, mode: 'well' }
      if (!member.isAlive) this.#begin(member)
      member.dieAt = undefined
    }
    const { state } = this.#order
    const honest = this.#members.filter((member) => member.honest)
    const able = isQuorum(
      state.committee,
      honest.filter(({ isAlive }) => isAlive).map(({ address }) => address),
    )
    if (!able) return
    const start = this.#clock.now
    const [checkpoint, final, closed] = [state.checkpoint.number, this.#l1.final, state.terms.at(-1)?.last ?? 0]
    const bound = this.#bound()
    const next = checkpoint + 1
    const reached = () => {
      const block = this.#watch.final[next]?.block
      return (
        block !== undefined && honest.every(({ chain, isAlive }) => !isAlive || chain.canonical[next] === block.hash)
      )
    }
    await this.#promise(start + bound, reached, 'a checkpoint is decided and reaches all')
    const punished = () => !this.#watch.isUnpunished(this.#order.state)
    await this.#promise(start + bound, punished, 'two seals are acted on')
    const sealed = () => honest.every((member) => !member.isAlive || this.#lacksSeal(member, next) === undefined)
    await this.#promise(start + bound + 60_000, sealed, 'every node has the seals of all final blocks')
    await this.#promise(start + bound + 60_000, () => this.#order.state.l1.applied.number >= final, 'L1 ranges go on')
    if (!this.#schedule.batches) return
    const { blockTime, depth } = this.#schedule.l1
    const terms = 3 * this.#schedule.epochLength * this.#schedule.blockTime
    const shared = start + bound + terms + 20_000 * this.#members.length
    await this.#promise(shared, () => this.#order.state.proposed === null, 'changes of members go on')
    const batched = start + bound + 240_000 + this.#members.length * 8000 + 10 * blockTime * (depth + 3)
    await this.#promise(batched, () => this.#order.state.batch.nextBlock > closed, 'batches go on')
  }

  /**
   * ms within which a checkpoint has to come. The term may have the worst sequencer and each that follows too, until all who can
   * fail have failed; the stall time doubles with each (rule T5), and the next one needs a while to be signed for and to produce.
   */
  #bound(): number {
    const { attempts, committee } = this.#order.state
    const failing = committee.members.length - committee.threshold + 1
    let bound = 30_000 + 2000 * committee.members.length
    for (let i = 0; i <= failing + 1; i++) bound += this.#schedule.stallTimeout * 2 ** (attempts + i)
    return bound
  }

  /** The first final block that a node could not prove to anybody, nor put in a batch. */
  #lacksSeal({ chain, line }: Member, last: number): number | undefined {
    for (let number = 1; number <= last; number++) {
      const hash = chain.canonical[number]
      if (hash === undefined || line?.context.seals.get(hash)?.seal == null) return number
    }
    return undefined
  }

  async #promise(end: number, met: () => boolean, what: string): Promise<void> {
    if ((await this.#until(end, met)) || !this.#goesOn()) return
    this.#judge(() => {
      const { term, checkpoint, l1, batch, attempts } = this.#order.state
      const heads = this.#members.map(({ chain, isAlive }) => `${chain.head.block.number}${isAlive ? '' : '†'}`)
      const where = `term ${term.term}, checkpoint ${checkpoint.number}, attempts ${attempts}, heads ${heads.join(' ')}`
      const late = Math.round((this.#clock.now - START * 1000 - this.#schedule.length) / 1000)
      throw new Violation(
        what,
        `not within ${late} s of calm: ${where}, L1 ${l1.applied.number}, next batch block ${batch.nextBlock}`,
      )
    })
  }

  #act(action: Action): void {
    if (this.#calm) return
    const member = 'node' in action ? this.#members[action.node] : undefined
    switch (action.do) {
      case 'kill':
        if (member === undefined || !member.isAlive) return
        if (action.writes === undefined) member.kill()
        else member.dieAt = action.writes
        return
      case 'start':
        if (member === undefined) return
        if (member.isAlive) member.dieAt = undefined
        else {
          this.#lose(member, action.lost ?? 0)
          this.#begin(member)
        }
        return
      case 'part':
        this.#net.parts = new Map(this.#members.map(({ address }, i) => [address, action.parts[i] ?? 0]))
        return
      case 'heal':
        return this.#net.parts.clear()
      case 'l1':
        for (const each of action.node < 0 ? this.#members : [member])
          if (each !== undefined) each.answers = { ...each.answers, mode: action.mode }
        return
      case 'reorganise':
        return this.#l1.reorganise(action.blocks)
      case 'dropPool':
        return this.#l1.dropPool()
      case 'claim':
        return this.#l1.act({ type: 'left' })
      case 'deposit':
        return this.#l1.act({ type: 'deposit', to: userAt(action.user).address, amount: BigInt(action.wei) })
      case 'transfer':
        return this.#transfer(action.user, action.node)
      case 'lock': {
        const joiner = this.#join(this.#members.length)
        this.#begin(joiner)
        const { address: signer, pubkey } = joiner.key
        return this.#l1.act({ type: 'locked', id: joiner.index + 1, signer, pubkey, amount: metis(action.metis) })
      }
      case 'exit':
        return this.#l1.act({ type: 'exit', id: action.node + 1 })
      case 'stake':
        return this.#l1.act({ type: 'stake', id: action.node + 1, amount: metis(action.metis) })
      case 'resign': {
        const { address: signer, pubkey } = this.#begin(this.#join(this.#members.length)).key
        return this.#l1.act({ type: 'signer', id: action.node + 1, signer, pubkey })
      }
    }
  }

  #begin(member: Member): Member {
    if (member.deaths > 0) this.#figures.deaths += 1
    this.#judge(() => member.start())
    return member
  }

  #lose(member: Member, blocks: number): void {
    const { canonical } = member.chain
    canonical.splice(Math.max(1, canonical.length - blocks))
    this.#watch.lost(member)
  }

  #join(index: number): Member {
    const { offsets, behind } = this.#schedule
    const honest = !this.#liars.has(index)
    const member = new Member(
      this.#world,
      index,
      keyOf(`member ${index}`),
      offsets[index] ?? 0,
      honest,
      behind[index] ?? 0,
    )
    this.#members.push(member)
    return member
  }

  #transfer(user: number, node: number): void {
    const { submissions } = this.#members[node]?.line ?? {}
    if (submissions === undefined) return
    const nonce = this.#nonces[user] ?? 0
    this.#nonces[user] = nonce + 1
    const unsigned = {
      chainId: this.#world.genesis.l2.chainId,
      nonce,
      to: userAt(user + 1).address,
      value: 1n,
      data: new Uint8Array(0),
      gasLimit: 21_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
      blobs: [],
    }
    const raw = signedEnvelope(unsigned, userAt(user).sign(signingDigest(unsigned)))
    void submissions.submit(raw).catch((error) => this.#note(messageOf(error)))
  }

  /** Members that can order together: more than two thirds of the power, alive in one part of the network. */
  #quorum(): ((address: Address) => boolean) | undefined {
    const { committee } = this.#order.state
    const alive = committee.members.filter(({ address }) => this.#memberAt(address)?.isAlive === true)
    for (const part of new Set(alive.map(({ address }) => this.#net.parts.get(address) ?? 0))) {
      const inPart = (address: Address) => (this.#net.parts.get(address) ?? 0) === part
      const power = alive.reduce((sum, member) => sum + (inPart(member.address) ? member.power : 0), 0)
      if (3 * power > 2 * committee.totalPower) return inPart
    }
    return undefined
  }

  #holders(hash: Hash): ReadonlySet<Address> {
    const holders = this.#members.filter(({ chain, honest }) => !honest || chain.blocks.has(hash))
    return new Set(holders.map(({ address }) => address))
  }

  #memberAt(address: Address): Member | undefined {
    return this.#members.find((member) => member.address === address)
  }

  /** Whether the liars have a third of the power or more heads than may be missing. */
  #isTooMuch(): boolean {
    const { members, threshold, totalPower } = this.#order.state.committee
    const liars = members.filter(({ address }) => this.#memberAt(address)?.honest === false)
    return (
      3 * liars.reduce((sum, { power }) => sum + power, 0) >= totalPower || liars.length > members.length - threshold
    )
  }

  #fatal(member: Member, error: unknown): void {
    if (!member.honest) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#judge(() => {
      throw new Violation('no honest node stops', `node ${member.index}: ${text}`)
    })
  }

  #judge(look: () => void): void {
    try {
      look()
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      this.#violation ??= error
    }
  }

  #note(text: string): void {
    for (let i = 0; i < text.length; i++) this.#trace = Math.imul(this.#trace ^ text.charCodeAt(i), 0x01000193) >>> 0
  }

  #tell(member: Member, text: string): void {
    if (!this.#keepNews || this.#news.length >= KEPT_NEWS) return
    this.#news.push(`${((this.#clock.now - START * 1000) / 1000).toFixed(2)} ${member.index} ${text}`)
  }
}

const metis = (amount: number) => BigInt(amount) * WEI_PER_METIS

function userAt(index: number) {
  const user = USERS[index % USERS.length]
  if (user === undefined) throw new Error('there is no such user')
  return user
}
