// The crates that are compiled into the engines in wasm, by cargo, and what is wrong with their list.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PARTS, TARGET } from '../build-wasm/parts.mjs'
import { isAllowed } from './policy.mjs'

const CRATES_IO = 'registry+https://github.com/rust-lang/crates.io-index'
const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i

/**
 * All crates that the code of the engines comes from or is made by, each with the engines that it is in, and their licence texts.
 * @returns {{ list: object[], texts: string }}
 * @throws Error when cargo does not tell, as when it can't fetch them
 */
export function cratesOf(root) {
  const cargo = (args) => {
    const manifest = ['--locked', '--manifest-path', join(root, 'crates/Cargo.toml')]
    const { status, stdout, stderr, error } = spawnSync('cargo', [...args, ...manifest], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    if (status !== 0) throw new Error(`"cargo ${args.join(' ')}" failed: ${error?.message ?? stderr}`)
    return stdout
  }
  const namesIn = (part) => {
    const compiled = cargo(['tree', '-p', `metis-seq-${part}`, '-e', 'normal', '--target', TARGET, '--prefix', 'none'])
    return new Set(compiled.split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')))
  }
  const namesOf = Object.keys(PARTS).map((part) => [part, namesIn(part)])
  const enginesOf = (crate) =>
    namesOf.flatMap(([part, names]) => (names.has(`${crate.name} v${crate.version}`) ? [part] : []))
  const { packages } = JSON.parse(cargo(['metadata', '--format-version', '1', '--filter-platform', TARGET]))
  const crates = packages.filter((each) => each.source !== null && enginesOf(each).length > 0)
  const checksums = checksumsOf(root)
  const list = crates
    .map((crate) => {
      const { name, version, license, source } = crate
      const checksum = checksums.get(`${name} ${version}`)
      return { name, version, license, source, checksum, engines: enginesOf(crate) }
    })
    .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
  return { list, texts: licenceTexts(crates) }
}

/** What breaks a rule, a line each. */
export function crateProblems(root, list) {
  const checksums = checksumsOf(root)
  return list.flatMap(({ name, version, license, source, checksum }) => {
    const found = []
    if (source !== CRATES_IO) found.push(`the crate ${name} comes from ${source}`)
    if (checksum === undefined || checksums.get(`${name} ${version}`) !== checksum)
      found.push(`the crate ${name} ${version} is not as crates/Cargo.lock says`)
    if (!isAllowed(license)) found.push(`the crate ${name} has the licence ${license}, which is not on the list`)
    return found
  })
}

/** By name and version, of Cargo.lock. */
function checksumsOf(root) {
  const text = readFileSync(join(root, 'crates/Cargo.lock'), 'utf8')
  const entries = text.matchAll(/name = "(.+)"\nversion = "(.+)"\n(?:source = ".+"\nchecksum = "([0-9a-f]{64})"\n)?/g)
  return new Map([...entries].map(([, name, version, checksum]) => [`${name} ${version}`, checksum]))
}

/** Each text once, under the names of the crates that it came with. */
function licenceTexts(crates) {
  const byText = new Map()
  for (const { name, version, license, manifest_path: manifest } of crates) {
    const folder = dirname(manifest)
    const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file) && statSync(join(folder, file)).isFile())
    const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r', '').trim())
    for (const text of texts.length > 0 ? texts : [`Its licence is ${license}; no text came with it.`])
      byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`].sort())
  }
  const parts = [...byText].map(([text, names]) => `${[...new Set(names)].join(', ')}\n\n${text}\n`).sort()
  return `Licences of the Rust crates that the engines in wasm are compiled from.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

/** Of the folder of crates that is committed. */
export function committedCrates(root) {
  const path = join(root, 'wasm/crates.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
}
