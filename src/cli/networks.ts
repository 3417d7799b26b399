import { dirname, join } from 'node:path'
import type { Malformed } from '../core/codec/malformed.js'
import * as shape from '../core/codec/shape.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { type Network, presetNames, presetNetwork } from '../l1/addressBook.js'
import { configPath, writeWhole } from './config.js'
import { assertChecksums, contractAddress, wholeNumber } from './contractsFile.js'
import { readSmallFile } from './smallFile.js'

/** 1 kept one endpoint with each network that was added, and none for the others. */
const VERSION = 2
const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/
const MAX_NETWORKS = 1000

/** Endpoints of a network, which are the user's: they may hold a key, and are shown by `redactUrl` alone. */
export interface Endpoints {
  readonly rpcUrl: string | null
  /** Another L1 endpoint, with which `doctor` compares. */
  readonly secondRpcUrl: string | null
  readonly l2RpcUrl: string | null
}

export const NO_ENDPOINTS: Endpoints = { rpcUrl: null, secondRpcUrl: null, l2RpcUrl: null }

/** What the file holds: networks that were added, and endpoints of those and of the presets. */
interface Kept {
  readonly networks: ReadonlyMap<string, Network>
  readonly endpoints: ReadonlyMap<string, Endpoints>
}

export interface KnownNetwork extends Network {
  /** Comes with the program, or was added. */
  readonly origin: 'preset' | 'added'
  readonly endpoints: Endpoints
}

/** Where the user's networks lie: beside the config file. */
export function networksPath(): string {
  return join(dirname(configPath()), 'networks.json')
}

/** The networks that can be named, beside `devnet`; presets first. @throws MetisSeqError `NETWORKS_INVALID`, `NETWORKS_TOO_NEW` (exit 9) */
export async function knownNetworks(): Promise<KnownNetwork[]> {
  const { networks, endpoints } = await readKept()
  const of = (network: Network, origin: KnownNetwork['origin']) => {
    return { ...network, origin, endpoints: endpoints.get(network.name) ?? NO_ENDPOINTS }
  }
  const presets = presetNames().filter((name) => name !== 'devnet')
  return [
    ...presets.map((name) => of(presetNetwork(name), 'preset')),
    ...[...networks.values()].map((each) => of(each, 'added')),
  ]
}

/** The network of that name; not for `devnet`. @throws MetisSeqError `NETWORK_UNKNOWN` (exit 2), and as `knownNetworks` */
export async function findNetwork(name: string): Promise<KnownNetwork> {
  const found = (await knownNetworks()).find((each) => each.name === name)
  return found ?? { ...presetNetwork(name), origin: 'preset', endpoints: NO_ENDPOINTS } // which throws
}

/** @throws MetisSeqError `NETWORK_UNKNOWN` (exit 2) */
export async function assertNetworkKnown(name: string): Promise<void> {
  if (name !== 'devnet') await findNetwork(name)
}

/** The endpoints that are kept for a network of any name. */
export async function keptEndpoints(name: string): Promise<Endpoints> {
  return (await readKept()).endpoints.get(name) ?? NO_ENDPOINTS
}

/** Keeps endpoints of a network, those that are null as they were; adds `network`, or replaces the one of that name. */
export async function keepNetwork(name: string, endpoints: Endpoints, network?: Network): Promise<Endpoints> {
  const kept = await readKept()
  const before = network === undefined ? (kept.endpoints.get(name) ?? NO_ENDPOINTS) : NO_ENDPOINTS
  const after = {
    rpcUrl: endpoints.rpcUrl ?? before.rpcUrl,
    secondRpcUrl: endpoints.secondRpcUrl ?? before.secondRpcUrl,
    l2RpcUrl: endpoints.l2RpcUrl ?? before.l2RpcUrl,
  }
  const networks = new Map(kept.networks)
  if (network !== undefined) networks.set(name, network)
  await writeKept({ networks, endpoints: new Map(kept.endpoints).set(name, after) })
  return after
}

/** Forgets a network and its endpoints; of a preset the endpoints alone. False where there is nothing to forget. */
export async function forgetNetwork(name: string): Promise<boolean> {
  const kept = await readKept()
  const [networks, endpoints] = [new Map(kept.networks), new Map(kept.endpoints)]
  const held = [networks.delete(name), endpoints.delete(name)]
  if (!held.includes(true)) return false
  await writeKept({ networks, endpoints })
  return true
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

/** Nothing where there is no file. @throws MetisSeqError `NETWORKS_INVALID`, `NETWORKS_TOO_NEW` (exit 9) */
async function readKept(path = networksPath()): Promise<Kept> {
  const fail = invalid(path)
  let content: unknown
  try {
    const text = await readSmallFile(path)
    if (text === undefined) return { networks: new Map(), endpoints: new Map() }
    content = JSON.parse(text)
  } catch (error) {
    throw fail(error instanceof SyntaxError ? 'it is not JSON' : messageOf(error))
  }
  const { version, ...fields } = (content ?? {}) as { version?: unknown; networks?: unknown; endpoints?: unknown }
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('NETWORKS_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq.',
    })
  }
  if (version !== 1 && version !== VERSION) throw fail(`its "version" is not ${VERSION}`)
  const networks = shape.listOf(storedNetwork, MAX_NETWORKS)(fields.networks, 'networks', fail)
  await assertChecksums(addressesOf(fields.networks), fail)
  const endpoints = version === 1 ? endpointsOfVersion1(fields.networks, fail) : fields.endpoints
  return {
    networks: new Map(networks.map((each) => [each.name, each])),
    endpoints: storedEndpoints(endpoints, fail),
  }
}

/** As they are written. */
function addressesOf(networks: unknown): unknown[] {
  return (networks as { contracts: object }[]).flatMap(({ contracts }) => Object.values(contracts))
}

async function writeKept({ networks, endpoints }: Kept): Promise<void> {
  const { checksumAddress } = await import('../core/codec/address.js')
  const plain = [...networks.values()].map(({ name, l1ChainId, l2ChainId, contracts }) => {
    // With checksums (EIP-55): a digit that changes on the disk is found.
    const checked = Object.entries(contracts).map(([key, address]) => [key, checksumAddress(address)])
    return { name, l1ChainId: String(l1ChainId), l2ChainId: String(l2ChainId), contracts: Object.fromEntries(checked) }
  })
  await writeWhole(networksPath(), { version: VERSION, networks: plain, endpoints: Object.fromEntries(endpoints) })
}

/** The endpoint stood in the network. */
function endpointsOfVersion1(networks: unknown, fail: Malformed): Record<string, Endpoints> {
  const pairs = (networks as { name: string; rpcUrl?: unknown }[]).map(({ name, rpcUrl }) => {
    if (typeof rpcUrl !== 'string') throw fail(`the endpoint of ${name} is not a URL`)
    return [name, { ...NO_ENDPOINTS, rpcUrl }] as const
  })
  return Object.fromEntries(pairs)
}

const storedNetwork: shape.Shape<Network> = (value, path, fail) => {
  const { name, l1ChainId, l2ChainId, contracts } = (value ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || !NAME.test(name)) throw fail(`${path}.name is not a name`)
  const { metis, lockingInfo, lockingPool, bridge } = (contracts ?? {}) as Record<string, unknown>
  return {
    name,
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

function storedEndpoints(value: unknown, fail: Malformed): ReadonlyMap<string, Endpoints> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('it has no "endpoints"')
  const pairs = Object.entries(value).slice(0, MAX_NETWORKS)
  return new Map(
    pairs.map(([name, each]) => {
      if (!NAME.test(name)) throw fail('a name in "endpoints" is not a name')
      const { rpcUrl, secondRpcUrl, l2RpcUrl } = (each ?? {}) as Record<string, unknown>
      const url = (text: unknown) => {
        if (text === null || text === undefined) return null
        if (typeof text === 'string' && text.length <= 4096) return text
        throw fail(`an endpoint of ${name} is not a URL`)
      }
      return [name, { rpcUrl: url(rpcUrl), secondRpcUrl: url(secondRpcUrl), l2RpcUrl: url(l2RpcUrl) }]
    }),
  )
}

function invalid(path: string): Malformed {
  return (reason) =>
    new MetisSeqError('NETWORKS_INVALID', `${path} cannot be used: ${reason}.`, {
      exit: Exit.data,
      next: 'Restore it, or remove it and add the networks again.',
    })
}
