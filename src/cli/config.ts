import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { makePrivateFolder, replaceFile } from '../files/private.js'
import { readSmallFile } from './smallFile.js'

/** The version of the config file that this program reads and writes. */
const VERSION = 1

/** Parsed flags or arguments by name, as the parser's own types have them. */
export type Values = Record<string, unknown>

type Environment = Readonly<Record<string, string | undefined>>

/** Where the config file lies: `METIS_SEQ_CONFIG`, else `metis-seq/config.json` in the XDG config folder. */
export function configPath(env: Environment = process.env): string {
  return env.METIS_SEQ_CONFIG || join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'metis-seq', 'config.json')
}

/**
 * The values of the config file by flag name; none when there is no file.
 * @throws MetisSeqError `CONFIG_INVALID` (exit 9), `CONFIG_TOO_NEW` (exit 9)
 */
export async function readConfig(path: string): Promise<ReadonlyMap<string, string>> {
  let text: string | undefined
  try {
    text = await readSmallFile(path)
  } catch (error) {
    throw invalid(path, messageOf(error))
  }
  return text === undefined ? new Map() : parseConfig(path, text)
}

function parseConfig(path: string, text: string): ReadonlyMap<string, string> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw invalid(path, messageOf(error))
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw invalid(path, 'it is no object')
  const { version, ...values } = content as Record<string, unknown>
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('CONFIG_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq, or name another file with METIS_SEQ_CONFIG.',
    })
  }
  if (version !== VERSION) throw invalid(path, `its "version" is not ${VERSION}`)
  return new Map(Object.entries(values).map(([name, value]) => [name, scalar(path, name, value)]))
}

/** A new file's content, or what is added to an older one: `value` and the version. */
export function versioned(value: Values): Values {
  return { version: VERSION, ...value }
}

/** Writes `value` as JSON, whole or not at all, also across a power cut. @throws MetisSeqError `CONFIG_UNWRITABLE` (exit 9) */
export async function writeWhole(path: string, value: object): Promise<void> {
  try {
    await makePrivateFolder(dirname(path))
    await replaceFile(path, `${JSON.stringify(value, null, 2)}\n`)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** The same flags, with the config file's values in place of their defaults. Only flags that name an `env` take part. */
export async function withConfig<F extends Values, B extends Values, A extends Values>(
  options: Interfaces.Input<F, B, A>,
): Promise<Interfaces.Input<F, B, A>> {
  const flags = Object.entries((options.flags ?? {}) as Record<string, Interfaces.Flag<unknown>>)
  if (!flags.some(([, flag]) => flag.env)) return options
  const config = await readConfig(configPath())
  if (config.size === 0) return options
  const merged = flags.map(([name, flag]) => [name, configured(name, flag, config.get(name))])
  // A class is spread without what it inherits: `--json` and the flags of every command.
  const { baseFlags, enableJsonFlag } = options
  return { ...options, baseFlags, enableJsonFlag, flags: Object.fromEntries(merged) } as typeof options
}

function configured(name: string, flag: Interfaces.Flag<unknown>, value: string | undefined): unknown {
  if (value === undefined || !flag.env) return flag
  if (flag.type === 'boolean') return { ...flag, default: value === 'true' }
  const parsed = async () => {
    try {
      return await parseFlag(name, flag, value)
    } catch (error) {
      throw invalid(configPath(), `"${name}" is refused: ${messageOf(error).split('\n')[0]?.replace(/\.$/, '')}`)
    }
  }
  return { ...flag, default: parsed }
}

/** What a command would make of `value`, by the flag's own parser. */
export async function parseFlag(name: string, flag: Interfaces.Flag<unknown>, value: string): Promise<unknown> {
  const { options } = flag as { options?: readonly string[] }
  if (options !== undefined && !options.includes(value)) throw new Error(`it is none of ${options.join(', ')}`)
  const parse = flag.parse as (input: string, context: unknown, flag: unknown) => Promise<unknown>
  return parse(value, {}, { ...flag, name })
}

function scalar(path: string, name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw invalid(path, `"${name}" is neither text, a number, nor true or false`)
}

/** The error of a file that cannot be written (exit 9). */
export function unwritable(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('CONFIG_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}.`, {
    exit: Exit.data,
    next: 'Mend the rights of the folder, or name another file with METIS_SEQ_CONFIG.',
  })
}

function invalid(path: string, reason: string): MetisSeqError {
  return new MetisSeqError('CONFIG_INVALID', `The config file ${path} cannot be used: ${reason}.`, {
    exit: Exit.data,
    next: `Mend or remove it. It looks like { "version": ${VERSION}, "rpc": "https://..." }.`,
  })
}
