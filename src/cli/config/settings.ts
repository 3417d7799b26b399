import type { Command, Config, Interfaces } from '@oclif/core'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import { parseFlag } from '../config.js'
import { nearest } from '../nearest.js'

/** Turns the line about new versions off (docs of the update notice). */
export const UPDATE_NOTICE = 'update-notice'

/** Names that somebody would give a secret, and texts that are one: a private key, or a phrase of words. */
const SECRET_NAME = /(^|-)(pass(word|phrase)?|private-key|key|mnemonic|phrase|seed|secret|token)$/i
const SECRET_VALUE = /^\s*((0x)?[0-9a-f]{64}|([a-z]+\s+){11,}[a-z]+)\s*$/i

/** Something that the config file can hold: a flag that has an environment variable, under the flag's name. */
export interface Setting {
  readonly key: string
  readonly type: 'boolean' | 'option'
  readonly env: string | null
  /** What the flag takes (`URL`, `FILE`); null where it does not say. */
  readonly kind: string | null
  /** The commands that have the flag. */
  readonly commands: readonly Command.Loadable[]
}

/** All settings by key, from the manifest alone. */
export function knownSettings(config: Config): ReadonlyMap<string, Setting> {
  const known = new Map<string, Setting>([
    [UPDATE_NOTICE, { key: UPDATE_NOTICE, type: 'boolean', env: null, kind: null, commands: [] }],
  ])
  for (const command of config.commands) {
    for (const [key, flag] of Object.entries(command.flags)) {
      if (flag.env === undefined) continue
      const { helpValue } = flag as { helpValue?: unknown }
      const before = known.get(key)
      const kind = before?.kind ?? (typeof helpValue === 'string' ? helpValue : null)
      known.set(key, { key, type: flag.type, env: flag.env, kind, commands: [...(before?.commands ?? []), command] })
    }
  }
  return new Map([...known].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** @throws MetisSeqError `CONFIG_KEY_UNKNOWN`, `CONFIG_SECRET` (exit 2) */
export function settingOf(config: Config, key: string): Setting {
  const known = knownSettings(config)
  const setting = known.get(key)
  if (setting !== undefined) return setting
  if (SECRET_NAME.test(key)) throw secret(`"${key.slice(0, 60)}" sounds like a secret`)
  const keys = [...known.keys()]
  const meant = nearest(key, keys)
  throw new MetisSeqError('CONFIG_KEY_UNKNOWN', `No command knows the setting "${key.slice(0, 60)}".`, {
    exit: Exit.usage,
    next: `${meant === undefined ? '' : `Did you mean ${meant}? `}There are: ${keys.join(', ')}.`,
    details: { known: keys, nearest: meant ?? null },
  })
}

/**
 * `text` as the file holds it, after each command that has the flag took it.
 * @throws MetisSeqError `CONFIG_VALUE_INVALID`, `CONFIG_SECRET` (exit 2)
 */
export async function acceptedValue(setting: Setting, text: string): Promise<string | number | boolean> {
  if (SECRET_VALUE.test(text)) throw secret(`The value of ${setting.key} looks like a private key or a phrase`)
  if (text === '') throw refused(setting, text, 'it is empty')
  if (setting.type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw refused(setting, text, 'it is neither true nor false')
  }
  if (setting.kind === 'URL' && !(URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    throw refused(setting, '(a URL)', 'it is not an http or https URL')
  }
  let parsed: unknown = text
  for (const flag of await flagsOf(setting)) {
    try {
      parsed = await parseFlag(setting.key, flag, text)
    } catch (error) {
      throw refused(setting, text, (messageOf(error).split('\n')[0] ?? '').replace(/\.$/, ''))
    }
  }
  return typeof parsed === 'number' ? parsed : text
}

/** The flag's own default, as text; null where it has none. */
export async function defaultOf(setting: Setting): Promise<string | null> {
  for (const flag of await flagsOf(setting)) {
    const value: unknown =
      typeof flag.default === 'function' ? await flag.default({ options: flag, flags: {} }) : flag.default
    if (value !== undefined) return String(value)
  }
  return null
}

/** The flag of that name of each command, once where several commands share it. */
async function flagsOf({ key, commands }: Setting): Promise<ReadonlySet<Interfaces.OptionFlag<unknown>>> {
  const classes = await Promise.all(commands.map((command) => command.load()))
  const flags = classes.map((each) => each.flags[key] as Interfaces.OptionFlag<unknown> | undefined)
  return new Set(flags.filter((flag) => flag !== undefined))
}

function refused({ key }: Setting, text: string, reason: string): MetisSeqError {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text
  return new MetisSeqError('CONFIG_VALUE_INVALID', `${key} cannot be "${shown}": ${reason}.`, {
    exit: Exit.usage,
    next: 'Nothing was changed. The help of a command with this flag says what it takes.',
  })
}

function secret(reason: string): MetisSeqError {
  return new MetisSeqError('CONFIG_SECRET', `${reason}: secrets have no place in the config file.`, {
    exit: Exit.usage,
    next: 'Nothing was kept, but it may stand in the history of your shell. Use `keys import`, and password-file for the file of a password.',
  })
}
