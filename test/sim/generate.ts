import { thresholdOf } from '../../src/core/consensus/power.js'
import { type Action, LIES, type Lie, type Schedule } from './schedule.js'
import { Dice } from './world/dice.js'

/** How nasty a schedule is: 0 is tiny, 1 is mild and short, 3 is long, with everything at once. */
export type Level = 0 | 1 | 2 | 3

/** Members at least and at most, by level; and so the seconds of trouble. */
const SIZES: Record<Level, [number, number]> = [
  [4, 4],
  [4, 5],
  [4, 7],
  [5, 20],
]
const SECONDS: Record<Level, [number, number]> = [
  [2, 8],
  [8, 20],
  [15, 60],
  [15, 105],
]

/** Of so many seeds one has its founders leave. */
const TURNOVER_EVERY = 50

/** A schedule from a seed; most are small, as most errors need few nodes and little time. */
export function generate(seed: number, level?: Level): Schedule {
  if (level === undefined && seed % TURNOVER_EVERY === 0) return turnover(generate(seed, 2))
  const dice = new Dice(seed)
  const drawn = dice.below(1000)
  const chosen = level ?? (drawn < 870 ? 0 : drawn < 970 ? 1 : drawn < 996 ? 2 : 3)
  const size = dice.between(...SIZES[chosen])
  const stakes = Array.from({ length: size }, () => (dice.chance(500) ? 100 : dice.between(10, 300)))
  const length = dice.between(...SECONDS[chosen]) * 1000
  const liars = liarsOf(dice, size, stakes)
  const epochLength = dice.pick([2, 3, 4, 6, 8, 12, 40])
  const schedule: Schedule = {
    seed,
    stakes,
    epochLength,
    blockTime: dice.pick([500, 1000, 2000]),
    stallTimeout: dice.pick([6000, 8000, 12_000]) + size * 400,
    tick: dice.pick([250, 500]),
    interval: dice.pick([150, 400, 900]),
    lag: dice.pick([
      [1, 50],
      [5, 300],
      [20, 900],
    ]),
    weather: {
      delay: dice.pick([
        [1, 20],
        [5, 250],
        [10, 900],
      ]),
      loss: dice.pick([0, 0, 20, 100, 250]),
      doubled: dice.pick([0, 30]),
    },
    l1: {
      blockTime: dice.pick([1000, 2000, 5000]),
      depth: dice.between(1, 4),
      reverts: dice.pick([0, 0, 300]),
      slow: dice.pick([100, 400]),
    },
    offsets: stakes.map(() => (dice.chance(300) ? dice.between(-1200, 1200) : 0)),
    behind: stakes.map(() => (dice.chance(300) ? dice.below(6000) : dice.below(300))),
    liars,
    length,
    batches: dice.chance(chosen === 0 ? 50 : 300),
    actions: [],
  }
  schedule.actions = actionsOf(dice, schedule, chosen)
  return schedule
}

/** Four founders of equal stake; three join, and three founders leave one after the other, so that a new key is made (rule B7). */
function turnover(schedule: Schedule): Schedule {
  const dice = new Dice(schedule.seed)
  const stakes = [100, 100, 100, 100]
  const isFounder = (action: Action) => !('node' in action) || action.node < stakes.length
  const actions: Action[] = schedule.actions.filter(isFounder)
  for (const metis of [60, 80, 100]) actions.push({ at: dice.between(2000, 6000), do: 'lock', metis })
  for (const node of [0, 1, 2]) actions.push({ at: 30_000 * (node + 1) + dice.below(9000), do: 'exit', node })
  return {
    ...schedule,
    stakes,
    liars: schedule.liars.filter(({ node }) => node === 3).slice(0, 1),
    epochLength: dice.pick([3, 4, 6]),
    l1: { ...schedule.l1, blockTime: 1000 },
    length: 230_000,
    batches: true,
    actions: actions.sort((a, b) => a.at - b.at),
  }
}

/** Fewer than a third of the power, and at most n - t heads (rule P3). */
function liarsOf(dice: Dice, size: number, stakes: readonly number[]): Schedule['liars'] {
  const most = size - thresholdOf(size)
  const count = dice.chance(350) ? 0 : dice.between(1, most)
  const total = stakes.reduce((sum, stake) => sum + stake, 0)
  const liars: Schedule['liars'] = []
  let power = 0
  for (const node of dice.shuffled(stakes.map((_, i) => i))) {
    const stake = stakes[node] ?? 0
    if (liars.length === count || 3 * (power + stake) >= total) continue
    power += stake
    liars.push({ node, lies: liesOf(dice) })
  }
  return liars
}

function liesOf(dice: Dice): Lie[] {
  return dice.shuffled(LIES).slice(0, dice.between(1, dice.chance(200) ? 8 : 3))
}

function actionsOf(dice: Dice, schedule: Schedule, level: Level): Action[] {
  const { length, stakes } = schedule
  const size = stakes.length
  const actions: Action[] = []
  const at = () => dice.below(length)
  const node = () => dice.below(size)
  const some = (least: number, most: number, make: () => Action[]) => {
    for (let i = dice.between(least, most); i > 0; i--) actions.push(...make())
  }
  some(0, 2 * level, () => {
    const [when, who] = [at(), node()]
    const writes = dice.chance(600) ? { writes: dice.between(1, 12) } : {}
    const back = when + dice.between(10, dice.chance(300) ? 20_000 : 4000)
    const lost = dice.chance(100) ? { lost: dice.between(1, 3) } : {}
    return [
      { at: when, do: 'kill', node: who, ...writes },
      { at: back, do: 'start', node: who, ...lost },
    ]
  })
  some(0, level, () => {
    const when = at()
    const parts = stakes.map(() => dice.below(2))
    return [
      { at: when, do: 'part', parts },
      { at: when + dice.between(500, 12_000), do: 'heal' },
    ]
  })
  some(0, level - 1 + dice.below(2), () => {
    const [when, who] = [at(), dice.chance(400) ? -1 : node()]
    const mode = dice.pick(['refusing', 'hanging'] as const)
    return [
      { at: when, do: 'l1', node: who, mode },
      { at: when + dice.between(2000, 30_000), do: 'l1', node: who, mode: 'well' },
    ]
  })
  some(0, level, () => [{ at: at(), do: 'reorganise', blocks: dice.between(1, schedule.l1.depth) }])
  some(0, 1, () => [{ at: at(), do: 'dropPool' }])
  some(0, 3 * level, () => [{ at: at(), do: 'deposit', user: dice.below(4), wei: amountOf(dice) }])
  some(0, 4 * level, () => [{ at: at(), do: 'transfer', user: dice.below(4), node: node() }])
  some(0, 1, () => [{ at: at(), do: 'claim' }])
  if (dice.chance(150 * level)) actions.push(...changesOf(dice, schedule, at, node))
  return actions.sort((a, b) => a.at - b.at)
}

function changesOf(dice: Dice, schedule: Schedule, at: () => number, node: () => number): Action[] {
  const liars = new Set(schedule.liars.map((liar) => liar.node))
  const honest = schedule.stakes.map((_, i) => i).filter((i) => !liars.has(i))
  const actions: Action[] = []
  for (let i = dice.between(1, 3); i > 0; i--) {
    const kind = dice.below(4)
    if (kind === 0) actions.push({ at: at(), do: 'lock', metis: dice.between(10, 100) })
    if (kind === 1) actions.push({ at: at(), do: 'stake', node: node(), metis: dice.between(10, 300) })
    if (kind === 2) actions.push({ at: at(), do: 'resign', node: dice.pick(honest) })
    if (kind === 3 && schedule.stakes.length > 4)
      actions.push({ at: at(), do: 'exit', node: node() }, { at: at(), do: 'claim' }, { at: at(), do: 'claim' })
  }
  return actions
}

function amountOf(dice: Dice): string {
  return dice.pick(['1', '999999999', '1000000000', '1500000000', '2999999999999', '1000000000000000000'])
}
