// Writes oclif.manifest.json, from which the program knows its commands without loading them (docs/adr/0002).
// `--check` writes nothing and fails when the file differs from what `dist` gives, or when a command says too little.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Config, Plugin } from '@oclif/core'

const check = process.argv.includes('--check')
const root = resolve(process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '.')
const file = join(root, 'oclif.manifest.json')

/** All commands of `dist`, loaded one by one. */
async function readCommands() {
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const { commands, version } = plugin.manifest
  return { commands: Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1))), version }
}

/** What a newcomer reads in `--help` has to be there. */
function gaps([id, command]) {
  const name = id.replaceAll(':', ' ')
  const missing = []
  if (!command.summary) missing.push(`"${name}" has no summary`)
  if (!command.examples?.length) missing.push(`"${name}" has no example`)
  for (const [flag, { description, summary }] of Object.entries(command.flags)) {
    if (!description && !summary) missing.push(`--${flag} of "${name}" has no description`)
  }
  return missing
}

const manifest = await readCommands()
const plain = (_, value) => (typeof value === 'bigint' ? value.toString() : value)
const text = `${JSON.stringify(manifest, plain, 2)}\n`
const problems = Object.entries(manifest.commands).flatMap(gaps)
if (check) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    problems.push(`${file} is not what dist gives: build again`)
  const { commandIDs } = await Config.load(root)
  if (commandIDs.length === 0) problems.push('there is no command')
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`)
    process.exitCode = 1
  }
} else {
  rmSync(file, { force: true })
  writeFileSync(file, text)
}
