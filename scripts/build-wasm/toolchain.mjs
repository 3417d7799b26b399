// The compiler that the committed bytes are from: whether it is there, and its installation on a machine of the CI.
import { spawnSync } from 'node:child_process'
import { PACKAGES } from './parts.mjs'

const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}=${version}`)

/** Why the bytes can't be built here, or undefined. */
export function toolchainProblem() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the bytes are the same on x86-64 Linux alone, and this is ${process.platform} on ${process.arch}`
  }
  const there = installedVersions()
  const wrong = Object.entries(PACKAGES).filter(([name, version]) => there.get(name) !== version)
  if (wrong.length === 0) return undefined
  const each = wrong.map(([name, version]) => `${name} ${version} (there is ${there.get(name) ?? 'none'})`)
  return `Debian's toolchain is not the pinned one; wanted: ${each.join(', ')}`
}

/** What to do about it. */
export const TOOLCHAIN_NEXT = `Next: On Debian 12 run "apt-get install --no-install-recommends ${wanted.join(' ')}". Where Debian has moved on to newer versions, see "A newer toolchain" in docs/building-engines.md.`

/**
 * Installs the pinned packages, for a machine of the CI alone: what is installed of them in other versions is replaced.
 * @returns {boolean} whether Debian still offers them
 * @throws Error when the installation fails
 */
export function installToolchain() {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0) return false
  aptGet('update')
  const offered = Object.entries(PACKAGES).every(([name, version]) => {
    return spawnSync('apt-cache', ['show', `${name}=${version}`]).status === 0
  })
  if (offered) aptGet('install', '--yes', '--no-install-recommends', '--allow-downgrades', ...wanted)
  return offered
}

function aptGet(...args) {
  const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', '--quiet', ...args]
  const [program, ...rest] = process.getuid() === 0 ? command : ['sudo', '--non-interactive', ...command]
  const { status, error } = spawnSync(program, rest, { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`"${command.join(' ')}" failed${error ? `: ${error.message}` : ''}.`)
}

/** Versions by name, of those packages that are wholly installed. */
function installedVersions() {
  const form = ['Package', 'Version', 'db:Status-Abbrev'].map((field) => `\${${field}}`).join(' ')
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', `${form}\n`, ...Object.keys(PACKAGES)], { encoding: 'utf8' })
  const lines = (stdout ?? '').split('\n').map((line) => line.split(' '))
  return new Map(lines.filter(([, , status]) => status === 'ii').map(([name, version]) => [name, version]))
}
