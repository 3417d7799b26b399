import type { Schedule } from './schedule.js'

type Fails = (schedule: Schedule) => Promise<boolean>

/** Runs that a shrinking may take. */
const MOST_RUNS = 400

/**
 * A smaller schedule that still fails: fewer actions (by halves, then quarters and so on), fewer lies, calm weather, right
 * clocks, less time. Every step is taken only where `fails` says so.
 */
export async function shrink(schedule: Schedule, fails: Fails): Promise<Schedule> {
  let best = schedule
  let runs = 0
  const adopt = async (smaller: Schedule): Promise<boolean> => {
    if (runs++ >= MOST_RUNS || JSON.stringify(smaller) === JSON.stringify(best) || !(await fails(smaller))) return false
    best = smaller
    return true
  }
  for (let before = ''; before !== JSON.stringify(best) && runs < MOST_RUNS; ) {
    before = JSON.stringify(best)
    await withoutActions(() => best, adopt)
    await withoutLies(() => best, adopt)
    for (const simpler of simplifications) await adopt(simpler(best))
  }
  return best
}

type Adopt = (smaller: Schedule) => Promise<boolean>

async function withoutActions(best: () => Schedule, adopt: Adopt): Promise<void> {
  for (let size = Math.ceil(best().actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < best().actions.length; ) {
      const actions = best().actions.filter((_, i) => i < start || i >= start + size)
      if (!(await adopt({ ...best(), actions }))) start += size
    }
  }
}

async function withoutLies(best: () => Schedule, adopt: Adopt): Promise<void> {
  for (const { node, lies } of best().liars) {
    if (await adopt({ ...best(), liars: best().liars.filter((liar) => liar.node !== node) })) continue
    for (const lie of lies) {
      const liars = best().liars.map((liar) =>
        liar.node === node ? { node, lies: liar.lies.filter((each) => each !== lie) } : liar,
      )
      await adopt({ ...best(), liars })
    }
  }
}

const simplifications: ((schedule: Schedule) => Schedule)[] = [
  (schedule) => ({ ...schedule, batches: false }),
  (schedule) => ({ ...schedule, weather: { ...schedule.weather, loss: 0 } }),
  (schedule) => ({ ...schedule, weather: { ...schedule.weather, doubled: 0 } }),
  (schedule) => ({ ...schedule, weather: { ...schedule.weather, delay: [1, 20] } }),
  (schedule) => ({ ...schedule, lag: [1, 50] }),
  (schedule) => ({ ...schedule, l1: { ...schedule.l1, reverts: 0 } }),
  (schedule) => ({ ...schedule, l1: { ...schedule.l1, slow: 100 } }),
  (schedule) => ({ ...schedule, offsets: schedule.offsets.map(() => 0) }),
  (schedule) => ({ ...schedule, behind: schedule.behind.map(() => 0) }),
  (schedule) => ({ ...schedule, length: Math.ceil(schedule.length / 2) }),
  (schedule) => ({ ...schedule, length: Math.ceil(schedule.length * 0.8) }),
  (schedule) => withoutNode(schedule),
]

/** Without the last member, where nothing is said of it. */
function withoutNode(schedule: Schedule): Schedule {
  const last = schedule.stakes.length - 1
  const isNamed = schedule.actions.some((action) => 'node' in action && action.node >= last)
  if (last < 4 || isNamed || schedule.liars.some(({ node }) => node === last)) return schedule
  const [stakes, offsets, behind] = [schedule.stakes, schedule.offsets, schedule.behind].map((list) =>
    list.slice(0, -1),
  )
  if (stakes === undefined || offsets === undefined || behind === undefined) return schedule
  return { ...schedule, stakes, offsets, behind }
}
