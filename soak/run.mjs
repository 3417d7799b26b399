// npm run soak -- [NAME] [--seed S] [--minutes M | --rounds N]: the long version of a test; prints figures, and fails where something is
// wrong. Without a name it runs all of them, one after the other.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openModules } from '../test/support/modules.mjs'

/** Not a soak: what they share. */
const SHARED = ['pace']
const names = readdirSync(new URL('.', import.meta.url))
  .filter((each) => each.endsWith('.ts'))
  .map((each) => each.slice(0, -3))
  .filter((each) => !SHARED.includes(each))

function usage(reason) {
  process.stderr.write(
    `${reason}\nUsage: npm run soak -- [NAME] [--seed S] [--minutes M | --rounds N]; there are: ${names.join(', ')}\n`,
  )
  process.exit(2)
}

function read() {
  const string = { type: 'string' }
  try {
    return parseArgs({ allowPositionals: true, options: { seed: string, rounds: string, minutes: string } })
  } catch (error) {
    return usage(error.message)
  }
}

function natural(text, name) {
  if (text === undefined) return undefined
  if (!/^[1-9][0-9]{0,8}$/.test(text)) usage(`--${name} is "${text}", not a number from 1 on.`)
  return Number(text)
}

async function soak(name, options) {
  process.stderr.write(`${name} with seed ${options.seed}\n`)
  const module = await server.ssrLoadModule(fileURLToPath(new URL(`${name}.ts`, import.meta.url)))
  console.table(await module.run(options))
}

const { values, positionals } = read()
const [named, ...more] = positionals
if (more.length > 0 || (named !== undefined && !names.includes(named)))
  usage(`There is no soak "${positionals.join(' ')}".`)
const options = {
  seed: natural(values.seed, 'seed') ?? Date.now() % 1_000_000_000,
  rounds: natural(values.rounds, 'rounds'),
  minutes: natural(values.minutes, 'minutes'),
}
const server = await openModules()
try {
  for (const name of named === undefined ? names : [named]) await soak(name, options)
} finally {
  await server.close()
}
