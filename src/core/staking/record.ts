import { checksumAddress, isHex, normaliseHex } from '../codec/index.js'
import { addressOfPublicKey } from '../consensus/crypto.js'
import { Exit, MetisSeqError } from '../errors/index.js'
import type { Address, Hex } from '../types/hex.js'
import { parsePublicKey } from './publicKey.js'
import { ZERO_ADDRESS } from './types.js'

/** A sequencer's entry in `sequencers/<chain>/all.json` of metis-sequencer-resources. */
export interface SequencerPublicRecord {
  /** At most 24 characters. */
  name: string
  /** `{BASEDIR}/assets/FILE.png` or `.svg`: a file beside it in the resources. */
  avatar: string
  /** At most 200 characters. */
  desc: string
  /** The owner, which is to be whitelisted. */
  address: Address
  /** The signer. */
  seq_addr: Address
  /** 64 bytes, without 04. */
  pubkey: Hex
  /** Here and below https alone. */
  url: string
  /** Liquid staking token; at most 24 characters. */
  lst_name?: string
  lst_url?: string
}

const MAX_NAME = 24
const MAX_DESCRIPTION = 200
const MAX_URL = 2048
const AVATAR = /^\{BASEDIR\}\/assets\/[A-Za-z0-9][\w.-]*\.(png|svg)$/
const FIELDS = ['name', 'avatar', 'desc', 'address', 'seq_addr', 'pubkey', 'url', 'lst_name', 'lst_url']

/**
 * What is wrong with a record, one sentence each; none when it can be handed in. Characters are code points. The rules are
 * those of the README and of the test (`index.js`) of metis-sequencer-resources.
 */
export function recordProblems(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['The record is not an object.']
  const record = value as Record<string, unknown>
  const unknown = Object.keys(record).filter((key) => !FIELDS.includes(key))
  return [
    ...unknown.slice(0, 5).map((key) => `"${key.slice(0, 40)}" is not a field of the record.`),
    ...textProblems(record, 'name', MAX_NAME, true),
    ...textProblems(record, 'desc', MAX_DESCRIPTION, true),
    ...avatarProblems(record),
    ...urlProblems(record, 'url', true),
    ...(record.lst_name === '' ? [] : textProblems(record, 'lst_name', MAX_NAME, false)),
    ...(record.lst_url === '' ? [] : urlProblems(record, 'lst_url', false)),
    ...addressProblems(record, 'address'),
    ...addressProblems(record, 'seq_addr'),
    ...keyProblems(record),
  ]
}

/** The record with its addresses and key in lower case. @throws MetisSeqError `RECORD_INVALID` (exit 2), with every problem */
export function checkRecord(record: SequencerPublicRecord): SequencerPublicRecord {
  const problems = recordProblems(record)
  if (problems.length > 0) {
    throw new MetisSeqError('RECORD_INVALID', `The public record is not valid: ${problems.join(' ')}`, {
      exit: Exit.usage,
      next: 'Mend the fields that are named and run it again.',
      details: { problems },
    })
  }
  return {
    ...record,
    address: record.address.toLowerCase() as Address,
    seq_addr: record.seq_addr.toLowerCase() as Address,
    pubkey: parsePublicKey(record.pubkey),
  }
}

function textProblems(record: Record<string, unknown>, field: string, max: number, required: boolean): string[] {
  const value = record[field]
  if (value === undefined && !required) return []
  if (typeof value !== 'string' || value.trim() === '') return [`"${field}" is missing or empty.`]
  const length = [...value].length
  if (length > max) return [`"${field}" has ${length} characters; at most ${max} are allowed.`]
  return /\p{Cc}/u.test(value) ? [`"${field}" has control characters.`] : []
}

function avatarProblems(record: Record<string, unknown>): string[] {
  const problems = textProblems(record, 'avatar', MAX_URL, true)
  if (problems.length > 0 || AVATAR.test(String(record.avatar))) return problems
  return ['"avatar" is not "{BASEDIR}/assets/FILE" with a name that ends in .png or .svg.']
}

function urlProblems(record: Record<string, unknown>, field: string, required: boolean): string[] {
  const problems = textProblems(record, field, MAX_URL, required)
  const value = record[field]
  if (problems.length > 0 || value === undefined) return problems
  return /^https:\/\/[^\s/?#]+[^\s]*$/i.test(String(value)) ? [] : [`"${field}" is not an https URL.`]
}

function addressProblems(record: Record<string, unknown>, field: string): string[] {
  const value = record[field]
  if (typeof value !== 'string' || !isHex(value, 20)) return [`"${field}" is not an address.`]
  const address = normaliseHex(value, 20)
  if (address === ZERO_ADDRESS) return [`"${field}" is the zero address.`]
  const digits = value.slice(2)
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  return mixed && checksumAddress(address) !== value
    ? [`"${field}" has a wrong checksum (EIP-55); it may be mistyped.`]
    : []
}

function keyProblems({ pubkey, seq_addr }: Record<string, unknown>): string[] {
  if (typeof pubkey !== 'string' || !/^0x[0-9a-f]{128}$/.test(pubkey))
    return ['"pubkey" is not 0x and 64 bytes of lower-case hex without 04.']
  let key: Hex
  try {
    key = parsePublicKey(pubkey)
  } catch (error) {
    if (error instanceof MetisSeqError) return ['"pubkey" is no point of secp256k1.']
    throw error
  }
  const owner = addressOfPublicKey(key)
  if (typeof seq_addr !== 'string' || !isHex(seq_addr, 20) || seq_addr.toLowerCase() === owner) return []
  return [`"pubkey" belongs to ${owner}, not to "seq_addr".`]
}
