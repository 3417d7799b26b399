import { randomBytes } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { bytesToHex, isHex, normaliseHex } from '../core/codec/hex.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Hex } from '../core/types/hex.js'
import {
  assertOwnPublicKey,
  decryptKey,
  encryptKey,
  type KeystoreHeader,
  readHeader,
  type Strength,
} from './keystoreV3.js'
import type { LocalSigner } from './localSigner.js'
import { preparePrivateFolder, replacePrivateFile, writePrivateFile } from './privateFile.js'

const MAX_FILE = 64 * 1024
const MAX_KEYS = 10_000
const NAME = /^[a-z0-9][a-z0-9._-]{0,39}$/i

/** A key in its file, still locked. */
export interface KeyInfo extends KeystoreHeader {
  name: string
  path: string
}

export interface KeyList {
  keys: KeyInfo[]
  /** Files of the folder that are no keys, and why. */
  unreadable: { path: string; reason: string }[]
}

/** The keys' folder where none is named: `metis-seq/keystore` in the XDG data folder. */
export function defaultKeystore(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'metis-seq', 'keystore')
}

/** All keys of a folder by name, as their files describe them; none when there is no folder. @throws MetisSeqError `KEYSTORE_UNREADABLE` (exit 9) */
export async function listKeys(folder: string): Promise<KeyList> {
  const list: KeyList = { keys: [], unreadable: [] }
  for (const name of await fileNames(folder)) {
    const path = join(folder, name)
    try {
      list.keys.push(await describedKey(path))
    } catch (error) {
      list.unreadable.push({ path, reason: messageOf(error) })
    }
  }
  return list
}

/** The key in the file at `path`. @throws MetisSeqError `KEY_NOT_FOUND` (exit 5), `KEYSTORE_INVALID`, `KEYSTORE_TOO_NEW` (exit 9) */
export async function readKey(path: string): Promise<KeyInfo> {
  const key = await describedKey(path)
  await assertOwnPublicKey(key, path)
  return key
}

async function describedKey(path: string): Promise<KeyInfo> {
  const header = readHeader(await readText(path), path)
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.json$/, '')
  return { name, path: resolve(path), ...header }
}

/**
 * The key that `wanted` names: a name or an address in `folder`, or the path of a file (it has a slash).
 * @throws MetisSeqError `KEY_NOT_FOUND`, `KEY_AMBIGUOUS` (exit 5)
 */
export async function findKey(folder: string, wanted: string): Promise<KeyInfo> {
  if (/[/\\]/.test(wanted)) return readKey(wanted)
  if (!isHex(wanted, 20)) {
    if (!NAME.test(wanted)) throw notFound(wanted, folder)
    const file = (await fileNames(folder)).find((name) => name === `${wanted}.json` || name === wanted)
    if (file === undefined) throw notFound(wanted, folder)
    return readKey(join(folder, file))
  }
  const address = normaliseHex(wanted, 20)
  const [key, other] = (await listKeys(folder)).keys.filter((each) => each.address === address)
  if (key === undefined) throw notFound(wanted, folder)
  if (other === undefined) {
    await assertOwnPublicKey(key, key.path)
    return key
  }
  throw new MetisSeqError('KEY_AMBIGUOUS', `${key.path} and ${other.path} both hold ${address}.`, {
    exit: Exit.signer,
    next: 'Name the key by its name.',
  })
}

export interface NewKey {
  /** Without one: `key-` and the first digits of the address. */
  name?: string
  password: string
  strength?: Strength
  /** A key that is there already; a random one where absent. */
  privateKey?: Hex
}

/** Makes a key and stores it encrypted. @throws MetisSeqError `KEY_NAME_INVALID`, `PASSWORD_EMPTY`, `KEY_EXISTS`, `KEYSTORE_FOLDER_UNSAFE`, `KEYSTORE_UNWRITABLE` */
export async function createKey(folder: string, { name, password, strength, privateKey }: NewKey): Promise<KeyInfo> {
  if (name !== undefined) assertKeyName(name)
  if (password === '') throw emptyPassword()
  const secret = privateKey ?? (await randomKey())
  const json = await encryptKey(secret, password, strength ?? 'standard')
  const header = readHeader(json, 'the new key')
  await preparePrivateFolder(folder)
  const path = join(folder, `${name ?? `key-${header.address.slice(2, 10)}`}.json`)
  await writePrivateFile(path, json)
  return readKey(path)
}

/** Names are file names, and never look like an address, a path, or the word for a device. @throws MetisSeqError `KEY_NAME_INVALID` (exit 2) */
export function assertKeyName(name: string): void {
  if (NAME.test(name) && !/^(0x|ledger$)/i.test(name)) return
  throw new MetisSeqError('KEY_NAME_INVALID', `"${name.slice(0, 60)}" cannot be the name of a key.`, {
    exit: Exit.usage,
    next: 'Use up to 40 letters, digits, dots, dashes and underscores, not beginning with 0x, and not "ledger".',
  })
}

/** Opens a key for signing. @throws MetisSeqError `WRONG_PASSWORD` (exit 5), `KEYSTORE_INVALID` (exit 9) */
export async function unlockKey(key: KeyInfo, password: string): Promise<LocalSigner> {
  const { localSigner } = await import('./localSigner.js')
  return localSigner(await openPrivateKey(key, password))
}

export interface NewPassword {
  password: string
  newPassword: string
  strength?: Strength
}

/** Writes the key to a new file under a password of its own. @throws MetisSeqError as `unlockKey` and `createKey` */
export async function copyKey(key: KeyInfo, { path, ...passwords }: NewPassword & { path: string }): Promise<KeyInfo> {
  await writePrivateFile(resolve(path), await encryptedAnew(key, passwords))
  return readKey(path)
}

/** Encrypts the key anew in its own file; the old one stays until the new one is on disk. @throws MetisSeqError as `copyKey` */
export async function changePassword(key: KeyInfo, passwords: NewPassword): Promise<KeyInfo> {
  await replacePrivateFile(key.path, await encryptedAnew(key, passwords))
  return readKey(key.path)
}

/** The new file's text, which was opened once to be sure. */
async function encryptedAnew(key: KeyInfo, { password, newPassword, strength }: NewPassword): Promise<string> {
  if (newPassword === '') throw emptyPassword()
  const json = await encryptKey(await openPrivateKey(key, password), newPassword, strength ?? 'standard')
  await decryptKey(json, newPassword, 'the new file')
  return json
}

/** The raw private key, for a node that signs all the time; a command wants `unlockKey`. */
export async function openPrivateKey(key: KeyInfo, password: string): Promise<Hex> {
  return decryptKey(await readText(key.path), password, key.path)
}

/** 64 bytes without 04: from the file where it says so, otherwise by opening it. */
export async function publicKeyOfKey(key: KeyInfo, password: () => Promise<string>): Promise<Hex> {
  return key.publicKey ?? (await unlockKey(key, await password())).publicKey
}

/** 32 random bytes that are a key of secp256k1; the chance of a second draw is 2^-128. */
async function randomKey(): Promise<Hex> {
  const { isPublicKey, publicKeyOf } = await import('../core/consensus/crypto.js')
  const bytes = randomBytes(32)
  try {
    if (isPublicKey(publicKeyOf(bytes))) return bytesToHex(bytes)
  } catch {
    // zero, or not below the order of the curve
  }
  throw new MetisSeqError('RANDOMNESS_BROKEN', 'The system gave 32 bytes that are no key.', {
    exit: Exit.signer,
    severity: 'critical',
    next: 'Do not make keys on this machine.',
  })
}

async function fileNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
    return names.sort().slice(0, MAX_KEYS)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      if ((await file.stat()).size > MAX_FILE) throw new Error(`it is longer than ${MAX_FILE} bytes`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notFound(path, undefined)
    throw unreadable(path, error)
  }
}

function notFound(wanted: string, folder: string | undefined): MetisSeqError {
  const where = folder === undefined ? '' : ` in ${folder}`
  return new MetisSeqError('KEY_NOT_FOUND', `There is no key "${wanted.slice(0, 200)}"${where}.`, {
    exit: Exit.signer,
    next: '`metis-seq keys list` shows the keys that are there; --keystore names another folder.',
  })
}

function emptyPassword(): MetisSeqError {
  return new MetisSeqError('PASSWORD_EMPTY', 'The password is empty.', {
    exit: Exit.signer,
    next: 'Choose a password; without one the file would be the key itself.',
  })
}

function unreadable(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('KEYSTORE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
    exit: Exit.data,
    next: 'Check the path and its rights.',
    cause: error,
  })
}
