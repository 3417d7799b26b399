import { availableParallelism } from 'node:os'
import { Crew, type Told } from '../test/sim/crew.js'
import { generate } from '../test/sim/generate.js'
import { shrink } from '../test/sim/shrink.js'
import { simulate } from '../test/sim/simulation.js'
import { paced, type SoakOptions } from './pace.js'

/** Schedules from which on a second thread is worth its start. */
const MANY = 1000

/** Schedules of a seed and of those after it; one that breaks a property is shrunk, printed and ends the soak. */
export async function run(options: SoakOptions): Promise<object[]> {
  const isLong = options.minutes !== undefined || (options.rounds ?? MANY) >= MANY
  const threads = isLong ? Math.min(2, availableParallelism()) : 1
  const crew = await Crew.gather(threads)
  try {
    return [{ ...(await schedules(options, crew)), threads }]
  } finally {
    await crew.leave()
  }
}

async function schedules(options: SoakOptions, crew: Crew): Promise<object> {
  const sums: Record<string, number> = { schedules: 0, outside: 0 }
  const add = (name: string, value: number) => {
    sums[name] = (sums[name] ?? 0) + value
  }
  const heard = (seed: number, { figures, outside, violation }: Told) => {
    if (violation !== undefined) throw new Broken(seed, violation)
    add('schedules', 1)
    add('outside', outside ? 1 : 0)
    for (const [name, value] of Object.entries(figures)) add(name, value)
  }
  const begun = process.cpuUsage()
  try {
    for (const round of paced(options, MANY, () => `${sums.blocks} blocks, ${sums.cuts} cuts, ${sums.deaths} deaths`)) {
      const seed = options.seed + round - 1
      await crew.run(seed, (told) => heard(seed, told))
    }
    await crew.done()
  } catch (error) {
    throw error instanceof Broken ? new Error(await report(error), { cause: error }) : error
  }
  const { user, system } = process.cpuUsage(begun)
  const cpu = Math.round((user + system) / 1000 / Math.max(1, sums.schedules ?? 1))
  return { ...sums, 'ms of CPU each': cpu, violations: 0 }
}

class Broken extends Error {
  constructor(
    readonly seed: number,
    message: string,
  ) {
    super(message)
  }
}

async function report({ seed, message }: Broken): Promise<string> {
  const property = (await simulate(generate(seed))).violation?.property
  const small = await shrink(generate(seed), async (each) => (await simulate(each)).violation?.property === property)
  const { violation: left } = await simulate(small)
  return `Seed ${seed} breaks a property. ${message}\nIts smallest schedule (${left?.message}):\n${JSON.stringify(small)}`
}
