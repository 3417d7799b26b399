// npm run soak -- NAME [--seed S] [--rounds N]: the long version of a test; prints figures, and fails where something is wrong.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const names = readdirSync(new URL('.', import.meta.url))
  .filter((each) => each.endsWith('.ts'))
  .map((each) => each.slice(0, -3))

function usage(reason) {
  process.stderr.write(
    `${reason}\nUsage: npm run soak -- NAME [--seed S] [--rounds N]; there are: ${names.join(', ')}\n`,
  )
  process.exit(2)
}

function read() {
  try {
    return parseArgs({ allowPositionals: true, options: { seed: { type: 'string' }, rounds: { type: 'string' } } })
  } catch (error) {
    return usage(error.message)
  }
}

function natural(text, name, otherwise) {
  if (text === undefined) return otherwise
  if (!/^[1-9][0-9]{0,8}$/.test(text)) usage(`--${name} is "${text}", not a number from 1 on.`)
  return Number(text)
}

const { values, positionals } = read()
const [name, ...more] = positionals
if (name === undefined || more.length > 0 || !names.includes(name))
  usage(`There is no soak "${positionals.join(' ')}".`)
const file = new URL(`${name}.ts`, import.meta.url)
const options = {
  seed: natural(values.seed, 'seed', Date.now() % 1_000_000_000),
  rounds: natural(values.rounds, 'rounds'),
}
process.stderr.write(`${name} with seed ${options.seed}\n`)
const { module } = await runnerImport(fileURLToPath(file), { configFile: false })
console.table(await module.run(options))
