import { generate } from '../test/sim/generate.js'
import { shrink } from '../test/sim/shrink.js'
import { type Outcome, simulate } from '../test/sim/simulation.js'
import { paced, type SoakOptions } from './pace.js'

/** Schedules of a seed and of those after it; one that breaks a property is shrunk, printed and ends the soak. */
export async function run(options: SoakOptions): Promise<object[]> {
  const sums: Record<string, number> = { schedules: 0, outside: 0 }
  const begun = process.cpuUsage()
  for (const round of paced(options, 1000, () => `${sums.blocks} blocks, ${sums.cuts} cuts, ${sums.deaths} deaths`)) {
    const seed = options.seed + round - 1
    const outcome = await simulate(generate(seed))
    if (outcome.violation !== undefined) throw new Error(await report(seed, outcome))
    sums.schedules = round
    sums.outside = (sums.outside ?? 0) + (outcome.outside ? 1 : 0)
    for (const [name, value] of Object.entries(outcome.figures)) sums[name] = (sums[name] ?? 0) + value
  }
  const { user, system } = process.cpuUsage(begun)
  const cpu = Math.round((user + system) / 1000 / Math.max(1, sums.schedules ?? 1))
  return [{ ...sums, 'ms of CPU each': cpu, violations: 0 }]
}

async function report(seed: number, { violation }: Outcome): Promise<string> {
  const property = violation?.property
  const small = await shrink(generate(seed), async (each) => (await simulate(each)).violation?.property === property)
  const { violation: left } = await simulate(small)
  return `Seed ${seed} breaks a property. ${violation?.message}\nIts smallest schedule (${left?.message}):\n${JSON.stringify(small)}`
}
