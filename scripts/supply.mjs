// What the package is made of: writes sbom.cdx.json from the lockfiles. `--crates` also asks cargo which crates the wasm is
// compiled from, and writes wasm/crates.json and wasm/LICENSES.txt. `--check` writes nothing and fails when something
// committed is out of date or breaks a rule of supply/policy.mjs. See docs/supply-chain.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PARTS } from './build-wasm/parts.mjs'
import { committedCrates, crateProblems, cratesOf } from './supply/crates.mjs'
import { lockfileProblems, shipped } from './supply/lockfile.mjs'
import { billOf } from './supply/sbom.mjs'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The texts that have to be committed, by path; with `cargo` those that only cargo can tell, too. */
function wanted(root, cargo) {
  const { list, texts } = cargo ? cratesOf(root) : { list: committedCrates(root) }
  const [manifest, lock] = ['package.json', 'package-lock.json'].map((path) => json(root, path))
  const wasm = Object.fromEntries(Object.keys(PARTS).map((part) => [part, json(root, `wasm/${part}.json`)]))
  const files = { 'sbom.cdx.json': text(billOf({ manifest, lock, crates: list, wasm })) }
  if (cargo) Object.assign(files, { 'wasm/crates.json': text(list), 'wasm/LICENSES.txt': texts })
  return { files, problems: [...lockfileProblems(lock, manifest), ...crateProblems(root, list)], lock, list }
}

function main(args) {
  const [check, cargo] = [args.includes('--check'), args.includes('--crates')]
  const root = resolve(args.find((argument) => !argument.startsWith('-')) ?? project)
  const { files, problems, lock, list } = wanted(root, cargo)
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    if (!check) writeFileSync(file, content)
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== content)
      problems.push(`${path} is out of date: run "npm run supply${cargo ? ' -- --crates' : ''}" and commit it`)
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  console.log(`${shipped(lock).length} packages and ${list.length} crates: from the registries, with allowed licences`)
}

function json(root, path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

function text(value) {
  return `${JSON.stringify(value, null, 2)}\n`
}

try {
  main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`Error: ${error.message}\n`)
  process.exitCode = 1
}
