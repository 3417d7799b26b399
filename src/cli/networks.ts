import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Malformed } from '../core/codec/malformed.js'
import * as shape from '../core/codec/shape.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import type { Network } from '../l1/addressBook.js'
import type { KnownContracts } from '../l1/discover.js'
import { configPath, writeWhole } from './config.js'

const VERSION = 1
const MAX_BYTES = 1024 * 1024
const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/
/** Other names that people and deployment tools give the same things. */
const ALIASES: Readonly<Record<string, keyof KnownContracts>> = {
  lockingpool: 'lockingPool',
  lockinginfo: 'lockingInfo',
  metis: 'metis',
  metistoken: 'metis',
  token: 'metis',
  l1token: 'metis',
  bridge: 'bridge',
  l1bridge: 'bridge',
  l1chainid: 'l1ChainId',
  chainid: 'l1ChainId',
  l2chainid: 'l2ChainId',
}

/** A network that the user has added. */
export interface UserNetwork extends Network {
  readonly rpcUrl: string
}

/** Where the user's networks lie: beside the config file. */
export function networksPath(): string {
  return join(dirname(configPath()), 'networks.json')
}

/** The user's networks by name; none when there is no file. @throws MetisSeqError `NETWORKS_INVALID`, `NETWORKS_TOO_NEW` (exit 9) */
export async function readUserNetworks(path = networksPath()): Promise<ReadonlyMap<string, UserNetwork>> {
  const text = await readText(path)
  if (text === undefined) return new Map()
  const fail = invalid(path)
  const content = parse(text, fail)
  const { version, networks } = (content ?? {}) as { version?: unknown; networks?: unknown }
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('NETWORKS_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq.',
    })
  }
  if (version !== VERSION) throw fail(`its "version" is not ${VERSION}`)
  return new Map(
    shape
      .listOf(stored, 1000)(networks, 'networks', fail)
      .map((each) => [each.name, each]),
  )
}

/** Adds a network, or replaces the one of that name. */
export async function saveUserNetwork(network: UserNetwork, path = networksPath()): Promise<void> {
  const networks = new Map(await readUserNetworks(path)).set(network.name, network)
  const plain = [...networks.values()].map(({ l1ChainId, l2ChainId, ...rest }) => {
    return { ...rest, l1ChainId: String(l1ChainId), l2ChainId: String(l2ChainId) }
  })
  await writeWhole(path, { version: VERSION, networks: plain })
}

/** @throws MetisSeqError `NETWORK_NAME_INVALID` (exit 2) */
export function assertNetworkName(name: string, presets: readonly string[]): void {
  if (NAME.test(name) && !presets.includes(name)) return
  const reason = presets.includes(name)
    ? 'it is the name of a network that comes with metis-seq'
    : 'it is no plain word'
  throw new MetisSeqError('NETWORK_NAME_INVALID', `A network cannot be called "${name.slice(0, 60)}": ${reason}.`, {
    exit: Exit.usage,
    next: 'Use up to 31 small letters, digits and dashes.',
  })
}

/**
 * Contract addresses of a plain JSON file: `lockingPool` at least; the rest is read from the chain and compared.
 * They may stand under `contracts`, in any spelling of case and underscores.
 * @throws MetisSeqError `CONTRACTS_INVALID` (exit 2)
 */
export async function readContractsFile(path: string): Promise<KnownContracts> {
  const fail: Malformed = (reason) =>
    new MetisSeqError('CONTRACTS_INVALID', `${path} cannot be used as a file of contracts: ${reason}.`, {
      exit: Exit.usage,
      next: 'Give JSON like { "lockingPool": "0x...", "lockingInfo": "0x...", "metis": "0x..." }.',
    })
  const text = await readText(path)
  if (text === undefined) throw fail('there is no such file')
  const content = parse(text, fail)
  if (typeof content !== 'object' || content === null) throw fail('it is no object')
  const nested = (content as { contracts?: unknown }).contracts
  const fields = { ...content, ...(typeof nested === 'object' && nested !== null ? nested : {}) }
  const known: Partial<KnownContracts> = {}
  for (const [key, value] of Object.entries(fields)) {
    const name = ALIASES[key.replace(/[_\-\s]|proxy/gi, '').toLowerCase()]
    if (name === 'l1ChainId' || name === 'l2ChainId') known[name] = wholeNumber(value, key, fail)
    else if (name !== undefined) known[name] = contractAddress(value, key, fail)
  }
  if (known.lockingPool === undefined) throw fail('it has no "lockingPool"')
  return { ...known, lockingPool: known.lockingPool }
}

function contractAddress(value: unknown, key: string, fail: Malformed): Address {
  const named = typeof value === 'object' && value !== null ? (value as { address?: unknown }).address : value
  if (typeof named !== 'string' || !/^0x[0-9a-f]{40}$/i.test(named)) throw fail(`"${key}" is not an address`)
  return named.toLowerCase() as Address
}

function wholeNumber(value: unknown, key: string, fail: Malformed): bigint {
  if (/^\d{1,20}$/.test(String(value))) return BigInt(String(value))
  throw fail(`"${key}" is not a chain id`)
}

const stored: shape.Shape<UserNetwork> = (value, path, fail) => {
  const { name, rpcUrl, l1ChainId, l2ChainId, contracts } = (value ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || !NAME.test(name)) throw fail(`${path}.name is not a name`)
  if (typeof rpcUrl !== 'string' || rpcUrl.length > 4096) throw fail(`${path}.rpcUrl is not a URL`)
  const { metis, lockingInfo, lockingPool, bridge } = (contracts ?? {}) as Record<string, unknown>
  return {
    name,
    rpcUrl,
    l1ChainId: wholeNumber(l1ChainId, 'l1ChainId', fail),
    l2ChainId: wholeNumber(l2ChainId, 'l2ChainId', fail),
    contracts: {
      metis: contractAddress(metis, 'metis', fail),
      lockingInfo: contractAddress(lockingInfo, 'lockingInfo', fail),
      lockingPool: contractAddress(lockingPool, 'lockingPool', fail),
      bridge: contractAddress(bridge, 'bridge', fail),
    },
  }
}

/** Undefined where there is no file. */
async function readText(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    if (text.length > MAX_BYTES) throw invalid(path)(`it is longer than ${MAX_BYTES} characters`)
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error instanceof MetisSeqError ? error : invalid(path)(messageOf(error))
  }
}

function parse(text: string, fail: Malformed): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw fail('it is not JSON')
  }
}

function invalid(path: string): Malformed {
  return (reason) =>
    new MetisSeqError('NETWORKS_INVALID', `${path} cannot be used: ${reason}.`, {
      exit: Exit.data,
      next: 'Restore it, or remove it and add the networks again.',
    })
}
