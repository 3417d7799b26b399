import { Forge } from '../test/support/forge/forge.js'
import { failuresOf, PLANTED } from '../test/support/forge/planted.js'
import { paced, type SoakOptions } from './pace.js'

/** Long sequences of calls of every contract under forge, after a look whether the tests see each of the errors planted in them. */
export async function run(options: SoakOptions): Promise<object[]> {
  const forge = await Forge.begin()
  try {
    for (const planted of PLANTED) {
      const failures = await failuresOf(planted, forge, options.seed)
      if (failures.length === 0) throw new Error(`Not seen with seed ${options.seed}: ${planted.name}.`)
      process.stderr.write(`seen: ${planted.name}\n`)
    }
    return await fuzz(forge, options)
  } finally {
    await forge.end()
  }
}

async function fuzz(forge: Forge, options: SoakOptions): Promise<object[]> {
  const calls = new Map<string, number>()
  const said = () => `${[...calls.values()].reduce((sum, each) => sum + each, 0)} calls`
  for (const round of paced(options, 20, said)) {
    const seed = options.seed + round - 1
    for (const outcome of await forge.run({ seed, runs: 16, depth: 250, fuzz: 64 })) {
      if (!outcome.passed) throw new Error(`${outcome.test} fails with seed ${seed}: ${outcome.reason}`)
      calls.set(outcome.test, (calls.get(outcome.test) ?? 0) + outcome.calls)
    }
  }
  return [...calls].map(([test, count]) => ({ test, calls: count, findings: 0 }))
}
