import { access, constants, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { configPath, readConfig } from '../config.js'
import { nearest } from '../nearest.js'
import { knownNetworks, networksPath } from '../networks.js'
import { type Check, type Finding, numbered, ok, problem, warning } from './check.js'
import type { DoctorContext } from './context.js'

/** Bits of a mode by which others than the owner may do something. */
const OTHERS = 0o077
const OTHERS_WRITE = 0o022
const MAX_FILES = 10_000

/** Settings, networks, keys and the password: readable, whole, and nobody else's. */
export function fileChecks(context: DoctorContext): Check[] {
  return [
    { name: 'config', look: () => lookAtConfig(context.settings) },
    { name: 'networks', look: lookAtNetworks },
    { name: 'keystore', look: () => lookAtKeystore(context.keystore) },
    { name: 'password-file', look: () => lookAtPassword(context['password-file']) },
  ]
}

async function lookAtConfig(settings: readonly string[]): Promise<Finding | Finding[]> {
  const path = configPath()
  const mode = await modeOf(path)
  if (mode === undefined) return ok(`there is no ${path}: defaults hold`)
  const values = await readConfig(path)
  const unknown = [...values.keys()].filter((key) => !settings.includes(key))
  const strange = unknown.map((key) => {
    const meant = nearest(key, settings)
    const hint = meant === undefined ? '' : `Did you mean ${meant}? `
    return warning(
      `${path} has "${key.slice(0, 60)}", which no command knows`,
      `${hint}\`metis-seq config unset ${key.slice(0, 60)}\` takes it out.`,
    )
  })
  return [
    ...strange,
    ...privacy(path, mode, 'an endpoint in it may hold a key'),
    ok(`${path}: ${values.size} settings`),
  ]
}

async function lookAtNetworks(): Promise<Finding | Finding[]> {
  const path = networksPath()
  const mode = await modeOf(path)
  if (mode === undefined) return ok(`there is no ${path}: only the networks that come with metis-seq are known`)
  const networks = await knownNetworks()
  const endpoints = networks.filter(({ endpoints: { rpcUrl } }) => rpcUrl !== null).length
  return [
    ...privacy(path, mode, 'an endpoint in it may hold a key'),
    ok(`${path}: ${numbered(networks.length, 'network')}, ${endpoints} with an endpoint`),
  ]
}

async function lookAtKeystore(folder: string): Promise<Finding | Finding[]> {
  const mode = await modeOf(folder)
  if (mode === undefined) return ok(`there is no ${folder}: no keys yet`)
  const { listKeys } = await import('../../signers/keystore.js')
  const { keys, unreadable } = await listKeys(folder)
  const findings: Finding[] = []
  if ((mode & OTHERS_WRITE) !== 0)
    findings.push(problem(`other users can write to ${folder}`, `Run \`chmod 700 ${folder}\`.`))
  else if ((mode & OTHERS) !== 0)
    findings.push(warning(`other users can look into ${folder}`, `Run \`chmod 700 ${folder}\`.`))
  for (const name of (await readdir(folder)).slice(0, MAX_FILES)) {
    const path = join(folder, name)
    const rights = await modeOf(path)
    if (name.endsWith('.tmp')) findings.push(warning(`${path} is left over from a run that was killed`, 'Remove it.'))
    else if (rights !== undefined)
      findings.push(...privacy(path, rights, 'whoever has the file may guess its password'))
  }
  for (const { reason } of unreadable)
    findings.push(problem(reason, 'Restore it from a backup, or move it out of the keystore.'))
  return [...findings, ok(`${folder}: ${numbered(keys.length, 'key')}`)]
}

async function lookAtPassword(path: string | undefined): Promise<Finding | Finding[]> {
  if (path === undefined) return ok('none is set: passwords are asked for')
  const { readPasswordFile } = await import('../../signers/password.js')
  const password = await readPasswordFile(path)
  const mode = (await modeOf(path)) ?? 0
  if ((mode & OTHERS) !== 0)
    return problem(
      `other users can read or write ${path}`,
      `Run \`chmod 600 ${path}\`, and change the password if somebody else works on this machine.`,
    )
  const folder = await modeOf(dirname(path))
  if (folder !== undefined && (folder & OTHERS_WRITE) !== 0 && (folder & 0o1000) === 0) {
    return problem(
      `other users can replace ${path}, for they can write to its folder`,
      `Run \`chmod 700 ${dirname(path)}\`.`,
    )
  }
  if (/^\s|\s$/.test(password))
    return warning(`the password in ${path} begins or ends with a space`, 'Make sure that it is meant.')
  return ok(`${path} can be read, by its owner alone`)
}

function privacy(path: string, mode: number, why: string): Finding[] {
  if ((mode & OTHERS) === 0) return []
  return [warning(`other users may read or write ${path}: ${why}`, `Run \`chmod 600 ${path}\`.`)]
}

/** The rights of a file; undefined where there is none. Windows keeps them elsewhere, so that nothing is said about them. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    const { mode } = await stat(path)
    await access(path, constants.R_OK)
    return process.platform === 'win32' ? 0 : mode & 0o7777
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
