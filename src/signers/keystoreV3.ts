import { isHex, normaliseHex } from '../core/codec/hex.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address, Hex } from '../core/types/hex.js'

/** What we add to a V3 file: other tools ignore it, and it shows the public key without a password. */
const EXTENSION = 'x-metis-seq'
const VERSION = 1

/** Work of scrypt: memory and time that one guess of the password costs. */
export type Strength = 'standard' | 'light'
const SCRYPT = { standard: { N: 2 ** 17, r: 8, p: 1 }, light: { N: 2 ** 12, r: 8, p: 1 } } as const

/**
 * Most work that a file may ask for: twice scrypt's of go-ethereum (N 2^18, r 8: 256 MB), and 20 times its PBKDF2. A file that is damaged,
 * or made to do harm, would take all memory, or hold the program for hours.
 */
const MAX_SCRYPT = 2 ** 22
const MAX_PBKDF2 = 5_000_000

/** What a keystore file says without its password; nothing of it is proven until it is decrypted. */
export interface KeystoreHeader {
  address: Address
  /** 64 bytes without 04; absent in files of other tools. */
  publicKey?: Hex
}

/**
 * A private key as an encrypted keystore V3 file (Web3 Secret Storage, scrypt and AES-128-CTR).
 * `light` is for test keys only: their password can be guessed quickly.
 */
export async function encryptKey(privateKey: Hex, password: string, strength: Strength): Promise<string> {
  const { encryptKeystoreJson, SigningKey, computeAddress } = await import('ethers')
  const publicKey = `0x${new SigningKey(privateKey).publicKey.slice(4)}`
  const address = computeAddress(privateKey)
  const json = await encryptKeystoreJson({ address, privateKey }, password, {
    client: 'metis-seq',
    scrypt: SCRYPT[strength],
  })
  const file = { ...(JSON.parse(json) as object), [EXTENSION]: { version: VERSION, publicKey } }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** The private key. @throws MetisSeqError `WRONG_PASSWORD` (exit 5), `KEYSTORE_INVALID` (exit 9) */
export async function decryptKey(json: string, password: string, path: string): Promise<Hex> {
  const { decryptKeystoreJson } = await import('ethers')
  assertBounded(parse(json, path), path)
  try {
    return (await decryptKeystoreJson(json, password)).privateKey as Hex
  } catch (error) {
    if (!/incorrect password/.test(messageOf(error))) throw invalid(path, 'it cannot be decrypted')
    throw new MetisSeqError('WRONG_PASSWORD', `The password does not open ${path}.`, {
      exit: Exit.signer,
      next: 'Try again, or name the right file with --password-file.',
    })
  }
}

/** What the file says, read without the curve, which takes as long to load as all the rest of a list. @throws MetisSeqError `KEYSTORE_INVALID`, `KEYSTORE_TOO_NEW` (exit 9) */
export function readHeader(json: string, path: string): KeystoreHeader {
  const file = parse(json, path)
  const crypto = file.crypto ?? file.Crypto
  if (file.version !== 3 || typeof crypto !== 'object' || crypto === null) throw invalid(path, 'it is not keystore V3')
  const address = typeof file.address === 'string' ? `0x${file.address.replace(/^0x/i, '')}` : ''
  if (!isHex(address, 20)) throw invalid(path, 'it names no address')
  const header = { address: normaliseHex(address, 20) }
  const publicKey = extension(file[EXTENSION], path)
  return publicKey === undefined ? header : { ...header, publicKey }
}

/** Makes sure that the public key of a file belongs to its address. @throws MetisSeqError `KEYSTORE_INVALID` (exit 9) */
export async function assertOwnPublicKey({ address, publicKey }: KeystoreHeader, path: string): Promise<void> {
  if (publicKey === undefined) return
  const { addressOfPublicKey, isPublicKey } = await import('../core/consensus/crypto.js')
  if (isPublicKey(publicKey) && addressOfPublicKey(publicKey) === address) return
  throw invalid(path, 'its public key does not belong to its address')
}

/** The package that decrypts takes keys in any case, each first one that it finds: here each must be within bounds. */
function assertBounded(file: Record<string, unknown>, path: string): void {
  for (const params of valuesOf(file, 'crypto').flatMap((crypto) => valuesOf(crypto, 'kdfparams'))) {
    const most = (name: string) => Math.max(1, ...valuesOf(params, name).map(numberOf))
    const [scrypt, pbkdf2] = [most('n') * most('r') * most('p'), most('c')]
    if (scrypt <= MAX_SCRYPT && pbkdf2 <= MAX_PBKDF2) continue // nor where it is NaN
    throw invalid(path, 'to open it would take more work than any wallet asks for')
  }
}

/** As the package reads it. */
function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
}

/** The values of `value` whose key is `name` in any case. */
function valuesOf(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key.toLowerCase() === name ? [each] : []))
}

function extension(value: unknown, path: string): Hex | undefined {
  if (value === undefined) return undefined
  const { version, publicKey } = (value ?? {}) as Record<string, unknown>
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError('KEYSTORE_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
      exit: Exit.data,
      next: 'Update metis-seq.',
    })
  }
  if (typeof publicKey !== 'string' || !isHex(publicKey, 64)) throw invalid(path, 'its public key is not 64 bytes')
  return normaliseHex(publicKey, 64)
}

function parse(json: string, path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw invalid(path, 'it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw invalid(path, 'it is no object')
  return value as Record<string, unknown>
}

function invalid(path: string, reason: string): MetisSeqError {
  return new MetisSeqError('KEYSTORE_INVALID', `${path} cannot be used as a keystore file: ${reason}.`, {
    exit: Exit.data,
    next: 'Restore the file from a backup, or name another key.',
  })
}
