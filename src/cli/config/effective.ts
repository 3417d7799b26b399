import type { Config } from '@oclif/core'
import { redactUrl } from '../../l1/url.js'
import { configPath, readConfig } from '../config.js'
import { networkInUse } from '../inUse.js'
import { keptEndpoints } from '../networks.js'
import { defaultOf, knownSettings, type Setting } from './settings.js'

/** What a command takes for a flag that is not given, and where that comes from. */
export interface Effective {
  readonly key: string
  /** Without the credentials that a URL may hold; null where nothing is set. */
  readonly value: string | null
  readonly source: 'environment' | 'config' | 'network' | 'default' | null
  readonly env: string | null
}

/** Each setting by the precedence of design "what scripts rely on". @throws MetisSeqError `CONFIG_INVALID`, `CONFIG_TOO_NEW`, `NETWORKS_INVALID` (exit 9) */
export async function effectiveSettings(config: Config, only?: Setting): Promise<Effective[]> {
  const file = await readConfig(configPath())
  const settings = only === undefined ? [...knownSettings(config).values()] : [only]
  return Promise.all(settings.map((setting) => effective(setting, file)))
}

async function effective(setting: Setting, file: ReadonlyMap<string, string>): Promise<Effective> {
  const { key, env } = setting
  const found = await lookUp(setting, file)
  const value = found === undefined ? null : /^https?:/i.test(found.value) ? redactUrl(found.value) : found.value
  return { key, value, source: found?.source ?? null, env }
}

async function lookUp({ key, env, ...setting }: Setting, file: ReadonlyMap<string, string>) {
  const fromEnv = env === null ? undefined : process.env[env]
  if (fromEnv) return { value: fromEnv, source: 'environment' } as const
  const inFile = file.get(key)
  if (inFile !== undefined) return { value: inFile, source: 'config' } as const
  if (key === 'rpc-url') {
    const kept = (await keptEndpoints(await networkInUse())).rpcUrl
    if (kept !== null) return { value: kept, source: 'network' } as const
  }
  const fallback = await defaultOf({ key, env, ...setting })
  return fallback === null ? undefined : ({ value: fallback, source: 'default' } as const)
}
