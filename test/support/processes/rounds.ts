import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FaultPoint } from '../../../src/core/faultPoints.js'
import { readGroup } from '../../../src/devnet/groupStatus.js'
import { cli } from '../../e2e/cli/support.js'
import { freePortBase, type Place, placeIn, processesOf, RunningDevnet } from '../../e2e/devnet/support.js'
import { seededRandom } from '../random.js'
import { MOMENTS, pointsAt } from './points.js'
import { Traffic } from './traffic.js'
import { checkBatches, isCredited, Witness } from './witness.js'

const NODES = 5
/** ms within which a network that was started again decides a checkpoint, and a point is reached: on a machine that is busy. */
const BOUND = 120_000
/** Blocks of a turn: short, so that turns and batches begin and end all the time. */
const SETTINGS = ['--epoch-length', '3', '--state-history', '64']
/** Blocks of a chain that has states to prune. */
const OLD = 150
const dying = fileURLToPath(new URL('dying.mjs', import.meta.url))

/**
 * How a process dies: when it reaches a point for the n-th time, or so many ms after it was started, went on, or began to share
 * the key of the group anew.
 */
export type Death = { point: FaultPoint; nth: number; from: Moment } | { after: number; from: Moment }
type Moment = 'start' | 'traffic' | 'sharing'

/** Deaths without end where the key of the group is made, signs, and is shared anew. */
export function* groupDeaths(random: (below: number) => number): Generator<Death> {
  for (;;) {
    for (const point of ['group.guarded', ...pointsAt('sharing')] as FaultPoint[]) {
      yield { after: random(6000), from: 'sharing' }
      yield point === 'group.guarded' ? { point, nth: 1 + random(12), from: 'traffic' } : deathAt(point, random)
    }
  }
}

/** Deaths without end: at every point in turn, and between them at random moments. */
export function* deaths(random: (below: number) => number, head: () => number): Generator<Death> {
  for (;;) {
    for (const point of pointsAt('start', 'traffic', 'sharing', 'pruning')) {
      if (random(2) === 0) yield { after: random(3000), from: random(3) === 0 ? 'start' : 'traffic' }
      const death = deathAt(point, random)
      if (MOMENTS[point] !== 'pruning' || head() > OLD) yield death
    }
  }
}

function deathAt(point: FaultPoint, random: (below: number) => number): Death {
  if (MOMENTS[point] === 'sharing') return { point, nth: 1 + random(NODES - 1), from: 'sharing' }
  if (MOMENTS[point] === 'traffic')
    return { point, nth: 1 + random(/^(batch|l1)/.test(point) ? 2 : 6), from: 'traffic' }
  return { point, nth: 1 + (point === 'file.synced' ? random(5) : 0), from: 'start' }
}

/** A devnet whose process is killed again and again on the same data, and what is looked at after each kill. */
export class KilledNetwork {
  readonly #root: string
  readonly #place: Place
  readonly #random: (below: number) => number
  readonly #witness = new Witness()
  readonly #traffic = new Traffic()
  deaths = 0
  /** Number of the last sharing that came into force. */
  sharings = 0
  /** Entries of all guards. */
  guarded = 0
  #address: string | undefined

  private constructor(root: string, place: Place, seed: number) {
    this.#root = root
    this.#place = place
    this.#random = seededRandom(seed)
  }

  static async begin(seed: number): Promise<KilledNetwork> {
    const root = await mkdtemp(join(tmpdir(), 'metis-seq-killed-'))
    const network = new KilledNetwork(root, placeIn(root, await freePortBase()), seed)
    await network.#founding()
    const devnet = await RunningDevnet.start(network.#place, SETTINGS)
    await network.#traffic.approve(devnet.descriptor)
    await devnet.first('l1', () => true, devnet.events.length)
    await devnet.end('SIGTERM')
    return network
  }

  /** It dies while the network is made: what is left begins anew, or goes on where the network was there already. */
  async #founding(): Promise<void> {
    const points = pointsAt('founding', 'start')
    const point = points[this.#random(points.length)] ?? 'genesis.written'
    const nth = 1 + (point === 'file.synced' ? this.#random(9) : 0)
    const env = deathIn({ point, nth, from: 'start' })
    const devnet = RunningDevnet.launch(this.#place, SETTINGS, { preload: dying, env })
    if ((await devnet.ended) !== null) throw new Error(`at ${point} it ended by itself: ${devnet.words}`)
    await anvilGone(this.#place)
    this.deaths += 1
  }

  /** `snapshot export` or `snapshot import` dies: run again it does what it should, and the node goes on with what it made. */
  async snapshotRound(point: FaultPoint): Promise<void> {
    const file = join(this.#root, `snapshot-${this.deaths}`)
    const exporting = ['export', file, '--node', '0']
    const importing = ['import', file, '--node', String(NODES - 1)]
    const words = point === 'snapshot.synced' ? exporting : importing
    if (words === importing) {
      await this.#snapshot(exporting, [0])
      const spare = join(this.#place.dataDir, 'nodes', String(NODES - 1))
      for (const store of ['chain', 'seals']) await rm(join(spare, store), { recursive: true, force: true })
    }
    await this.#snapshot(words, [null], deathIn({ point, nth: 1, from: 'start' }))
    this.deaths += 1
    // An import that was done but for its last word is done.
    await this.#snapshot(words, point === 'snapshot.finished' ? [9] : [0])
  }

  async #snapshot(words: string[], codes: readonly (number | null)[], env?: Record<string, string>): Promise<void> {
    const args = ['snapshot', ...words, '--data-dir', this.#place.dataDir, '--json']
    const { code, stdout } = await cli(args, { env: { ...this.#place.env, ...env }, preload: dying })
    if (!codes.includes(code)) throw new Error(`snapshot ${words.join(' ')} ended with ${code}: ${stdout}`)
  }

  /** Number of the last block that was seen to be final. */
  get final(): number {
    return this.#witness.lastFinal
  }

  get figures() {
    const { confirmed } = this.#witness
    return {
      kills: this.deaths,
      'final blocks': this.final,
      confirmed: confirmed.size,
      deposits: this.#traffic.deposits.length,
      'guard entries': this.guarded,
      sharings: this.sharings,
    }
  }

  /** One life of the process: it goes on, is used, and dies. @throws Error where anything that was promised is broken */
  async round(death: Death): Promise<void> {
    const env = 'point' in death ? deathIn(death) : {}
    const devnet = RunningDevnet.launch(this.#place, SETTINGS.slice(2), { preload: dying, env })
    const end = new AbortController()
    try {
      const life = death.from === 'start' ? this.#begin(devnet, end.signal) : this.#use(devnet, death, end.signal)
      if (death.from === 'start' && 'after' in death) void pause(death.after).then(() => devnet.signal('SIGKILL'))
      await Promise.race([
        Promise.all([devnet.ended, life]),
        late(end.signal, `the end of the process by ${JSON.stringify(death)}`),
      ])
      if ((await devnet.ended) !== null) throw new Error(`the process ended by itself: ${devnet.words}`)
    } finally {
      end.abort()
      await devnet.end('SIGKILL')
    }
    this.deaths += 1
    await this.#examine(devnet)
  }

  /** It comes as far as it can. */
  async #begin(devnet: RunningDevnet, signal: AbortSignal): Promise<void> {
    await devnet.first('ready').catch((error) => {
      if (devnet.words !== '') throw error
    })
    if (devnet.events.some(({ event }) => event === 'ready')) void this.#traffic.run(devnet.descriptor, signal)
  }

  async #use(devnet: RunningDevnet, death: Death, signal: AbortSignal): Promise<void> {
    await devnet.first('ready')
    await this.#verify(devnet)
    void this.#traffic.run(devnet.descriptor, signal)
    await this.#traffic.deposit(devnet.descriptor)
    if ('point' in death) devnet.signal('SIGUSR2')
    if (death.from === 'sharing') await devnet.command('group', 'refresh', '--no-wait')
    if ('after' in death) void pause(death.after, undefined, { signal }).then(() => devnet.signal('SIGKILL'))
    const rpc = this.#rpc(devnet)
    // Until it is dead. One sharing may have been on its way before the death was armed: then it is asked for another.
    for (let looks = 1, alive = true; alive; looks++) {
      if (death.from === 'sharing' && looks % 50 === 0) await devnet.command('group', 'refresh', '--no-wait')
      alive = await this.#witness.look(rpc).then(
        () => pause(200, true),
        () => false,
      )
    }
  }

  /** It goes on where it was: a new checkpoint comes in time, what was final is there, deposits arrive. */
  async #verify(devnet: RunningDevnet): Promise<void> {
    const rpc = this.#rpc(devnet)
    const { final } = this
    await within(
      devnet,
      devnet.first('checkpoint', ({ number }) => number > final),
      `a checkpoint after ${final}`,
    )
    await this.#witness.checkFinal(rpc, final - 40)
    const last = this.#traffic.deposits.at(-1)
    if (last !== undefined) await this.#credited(devnet, rpc, last)
    await this.#witness.look(rpc)
  }

  async #credited(devnet: RunningDevnet, rpc: string, sent: Parameters<typeof isCredited>[2]): Promise<void> {
    const deadline = performance.now() + BOUND
    while (!(await isCredited(devnet.descriptor, rpc, sent))) {
      if (performance.now() > deadline) throw new Error(`the deposit ${sent.hash} did not arrive`)
      await devnet.first('block', () => true, devnet.events.length)
    }
  }

  async #examine(devnet: RunningDevnet): Promise<void> {
    const failure = devnet.events.find(({ event }) => event === 'failure')
    if (failure !== undefined) throw new Error(JSON.stringify(failure))
    this.#witness.checkSeals(devnet.events)
    await anvilGone(this.#place)
    const folders = Array.from({ length: NODES }, (_, i) => join(this.#place.dataDir, 'nodes', String(i)))
    this.guarded = await this.#witness.checkGuards(folders)
  }

  /** All nodes have every final block (the spare one from its snapshot on), L1 has each batch once, and the chain can be derived from it. */
  async wholeCheck(): Promise<{ batches: number }> {
    const devnet = await RunningDevnet.start(this.#place, SETTINGS.slice(2))
    try {
      await this.#verify(devnet)
      const from = devnet.events.length
      await within(
        devnet,
        devnet.first('batch', () => true, from),
        'a batch',
      )
      for (const [index, { rpc }] of devnet.descriptor.nodes.entries()) {
        for (const sent of this.#traffic.deposits) await this.#credited(devnet, rpc, sent)
        await this.#witness.checkFinal(rpc, index < NODES - 1 ? 0 : await this.#witness.firstOf(rpc))
      }
      const batches = await checkBatches(devnet.descriptor)
      const derived = await devnet.command('derive', '--check')
      if (derived.code !== 0) throw new Error(`derive --check: ${derived.stdout}${derived.stderr}`)
      const code = await devnet.end('SIGTERM')
      if (code !== 130) throw new Error(`it ended with ${code}: ${devnet.words}`)
      await this.#examine(devnet)
      return { batches }
    } finally {
      await devnet.end('SIGKILL')
    }
  }

  /** Signatures go on, under the same address, and each member has a share: at once, or after the others made it a new one. */
  async groupCheck(): Promise<void> {
    const devnet = await RunningDevnet.start(this.#place, SETTINGS.slice(2))
    try {
      const { group, nodes } = devnet.descriptor
      this.#address ??= group
      if (this.#address !== group) throw new Error(`the group was ${this.#address}, and is ${group}`)
      await this.#verify(devnet)
      const from = devnet.events.length
      await within(
        devnet,
        devnet.first('signed', () => true, from),
        'a signature',
      )
      const deadline = performance.now() + BOUND
      for (let able = 0; able < NODES - 1; ) {
        const view = await readGroup(nodes[0]?.rest ?? '')
        able = view.able
        this.sharings = Math.max(this.sharings, view.generation)
        if (performance.now() > deadline)
          throw new Error(`members without share or voice: ${JSON.stringify(view.members)}`)
        await devnet.first('block', () => true, devnet.events.length)
      }
      const code = await devnet.end('SIGTERM')
      if (code !== 130) throw new Error(`it ended with ${code}: ${devnet.words}`)
      await this.#examine(devnet)
    } finally {
      await devnet.end('SIGKILL')
    }
  }

  /** Where the data lie, for whoever wants to know what went wrong. */
  get folder(): string {
    return this.#root
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true })
  }

  /** A node that has the whole chain: the spare one may have begun with a snapshot. */
  #rpc({ descriptor: { nodes } }: RunningDevnet): string {
    return nodes[this.#random(NODES - 1)]?.rpc ?? ''
  }
}

function deathIn(death: Extract<Death, { point: FaultPoint }>): Record<string, string> {
  const { point, nth, from } = death
  return { METIS_SEQ_TEST_DEATH: `${point} ${nth}${from === 'start' ? '' : ' later'}` }
}

/** However the process ended, its L1 ends with it. */
async function anvilGone(place: Place): Promise<void> {
  const deadline = performance.now() + 5000
  while (processesOf(place).length > 0) {
    if (performance.now() > deadline) throw new Error(`left behind: ${processesOf(place).join('\n')}`)
    await pause(50)
  }
}

/** With what the network complained of last, where it does not come. */
async function within<T>(devnet: RunningDevnet, work: Promise<T>, what: string): Promise<T> {
  const end = new AbortController()
  try {
    return await Promise.race([work, late(end.signal, what)])
  } catch (error) {
    const complaints = devnet.events.filter(({ event }) => event === 'warning' || event === 'refused')
    throw new Error(
      complaints
        .slice(-8)
        .map((each) => JSON.stringify(each))
        .join('\n'),
      { cause: error },
    )
  } finally {
    end.abort()
  }
}

async function late(signal: AbortSignal, what: string): Promise<never> {
  await pause(BOUND, undefined, { signal }).catch(() => undefined)
  throw new Error(`${what} did not come within ${BOUND / 1000} s`)
}
