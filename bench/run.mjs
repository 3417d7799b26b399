// npm run bench -- NAME [--json]: runs bench/NAME.ts, which exports `run`, and prints what it measured.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const [name, ...flags] = process.argv.slice(2)
const file = new URL(`${name}.ts`, import.meta.url)
if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(file) || flags.some((flag) => flag !== '--json')) {
  const runs = (each) =>
    each.endsWith('.ts') && /^export async function run\(/m.test(readFileSync(new URL(each, import.meta.url), 'utf8'))
  const names = readdirSync(new URL('.', import.meta.url))
    .filter(runs)
    .map((each) => each.slice(0, -3))
  process.stderr.write(
    `There is no benchmark "${name ?? ''}".\nUsage: npm run bench -- NAME [--json]; there are: ${names.join(', ')}\n`,
  )
  process.exit(2)
}
const { module } = await runnerImport(fileURLToPath(file), { configFile: false })
const results = await module.run()
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify({ results }, null, 2)}\n`)
else console.table(results)
