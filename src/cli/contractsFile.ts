import type { Malformed } from '../core/codec/malformed.js'
import * as shape from '../core/codec/shape.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import type { KnownContracts } from '../l1/discover.js'
import { readSmallFile } from './smallFile.js'

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
  let content: unknown
  try {
    const text = await readSmallFile(path)
    if (text === undefined) throw fail('there is no such file')
    content = JSON.parse(text)
  } catch (error) {
    if (error instanceof MetisSeqError) throw error
    throw fail(error instanceof SyntaxError ? 'it is not JSON' : messageOf(error))
  }
  if (typeof content !== 'object' || content === null) throw fail('it is no object')
  const nested = (content as { contracts?: unknown }).contracts
  const fields = { ...content, ...(typeof nested === 'object' && nested !== null ? nested : {}) }
  await assertChecksums(Object.values(fields), fail)
  const known: Partial<KnownContracts> = {}
  for (const [key, value] of Object.entries(fields)) {
    const plain = key.replace(/[_\-\s]|proxy/gi, '').toLowerCase()
    const name = Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : undefined
    if (name === 'l1ChainId' || name === 'l2ChainId') known[name] = wholeNumber(value, key, fail)
    else if (name !== undefined) known[name] = contractAddress(value, key, fail)
  }
  if (known.lockingPool === undefined) throw fail('it has no "lockingPool"')
  return { ...known, lockingPool: known.lockingPool }
}

/** As text, or under `address` as deployment tools write it. */
function addressIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { address?: unknown }).address : value
}

/** The address that a file has under `key`, in lower case. */
export function contractAddress(value: unknown, key: string, fail: Malformed): Address {
  const named = addressIn(value)
  if (typeof named !== 'string' || !/^0x[0-9a-f]{40}$/i.test(named)) throw fail(`"${key}" is not an address`)
  return named.toLowerCase() as Address
}

/** Where an address is written in both cases they have to be those of its checksum (EIP-55): else a digit is wrong. */
export async function assertChecksums(addresses: readonly unknown[], fail: Malformed): Promise<void> {
  const mixed = addresses
    .map(addressIn)
    .filter((each) => typeof each === 'string')
    .filter((text) => /^0x(?=.*[a-f])(?=.*[A-F])/.test(text))
  if (mixed.length === 0) return
  const { isMistyped } = await import('../core/codec/address.js') // a hash, which a list needs for nothing else
  const wrong = mixed.find(isMistyped)
  if (wrong !== undefined) throw fail(`the checksum of ${wrong} is wrong (EIP-55)`)
}

/** A chain id, as a number or decimal text. */
export function wholeNumber(value: unknown, key: string, fail: Malformed): bigint {
  return shape.wholeNumber(value, `the chain id "${key}"`, fail)
}
