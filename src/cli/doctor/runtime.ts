import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../core/errors/index.js'
import { type Check, type Finding, ok, problem, warning } from './check.js'

const REINSTALL = 'Install metis-seq again on this machine: each package brings its binaries for the common platforms.'
const PLATFORM = `${process.platform}-${process.arch}`

/** Node itself, and the packages with a native part. */
export function runtimeChecks(): Check[] {
  return [
    { name: 'node', look: async () => judgeNode(process.versions.node) },
    { name: 'secp256k1', look: lookAtSecp256k1 },
    { name: 'kzg', look: lookAtKzg },
    { name: 'leveldb', look: lookAtLevel },
  ]
}

/** Whether a version of Node, as `process.versions.node` has it, will do. */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 20)) {
    return problem(`Node ${version}`, 'Install Node 20.20 or newer from https://nodejs.org.')
  }
  if (major % 2 === 1)
    return warning(`Node ${version}, which is no long-term release`, 'Use an even version for a node that stays up.')
  return ok(`Node ${version} on ${PLATFORM}`)
}

/** The package turns to JavaScript without a word where it has no binary. */
async function lookAtSecp256k1(): Promise<Finding> {
  try {
    createRequire(import.meta.url)('secp256k1/bindings.js')
    return ok('native')
  } catch {
    return warning(
      `there is no native part for ${PLATFORM}: signatures are checked in JavaScript, and the node takes about half as many transactions`,
      'It works. For a busy node use a platform with a binary (linux-x64, darwin, win32-x64).',
    )
  }
}

/** Its tables take two seconds to make, so that only the binary is loaded. */
async function lookAtKzg(): Promise<Finding> {
  try {
    createRequire(import.meta.url)('@crate-crypto/node-eth-kzg')
    return ok('native')
  } catch (error) {
    return problem(`blobs cannot be made: ${firstLine(error)}`, REINSTALL)
  }
}

/** Opens a database, writes and closes it. */
async function lookAtLevel(): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'metis-seq-doctor-'))
  try {
    const { ClassicLevel } = await import('classic-level')
    const level = new ClassicLevel<string, string>(folder)
    await level.open()
    await level.put('a', 'b', { sync: true })
    await level.close()
    return ok('opens and writes')
  } catch (error) {
    return problem(`no database can be opened: ${firstLine(error)}`, REINSTALL)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function firstLine(error: unknown): string {
  return (messageOf(error).split('\n')[0] ?? '').slice(0, 200)
}
