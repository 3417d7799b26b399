import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Malformed, shape } from '../core/codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import type { Address, Hex } from '../core/types/hex.js'
import { makePrivateFolder, replaceFile } from '../files/private.js'
import { writeDurably } from './files.js'

const VERSION = 1
const FILE = 'devnet.json'
const MAX_MEMBERS = 1000
const MAX_BYTES = 4 * 1024 * 1024

export interface DevnetKey {
  address: Address
  /** A public test key: worth nothing outside the devnet. */
  privateKey: Hex
}

/** One node of a devnet; `stake` in wei as a decimal string. */
export interface DevnetNode {
  index: number
  address: Address
  stake: string
  state: string
  rpc: string
  ws: string
  rest: string
  metrics: string
}

/** What a running devnet tells about itself in `<data-dir>/devnet.json`; also `ready` and `devnet info`. */
export interface DevnetDescriptor {
  l1: { url: string; chainId: number }
  l2: { chainId: number }
  contracts: {
    metis: Address
    lockingInfo: Address
    lockingPool: Address
    bridge: Address
    stateCommitmentChain: Address
    inbox: Address
    sequencerSet: Address
  }
  /** Owner of the contracts (rule B6). */
  group: Address
  /** May whitelist owners. */
  admin: DevnetKey
  nodes: DevnetNode[]
  /** A node whose key is not locked yet; `publicKey` without 04, `keystore` and `passwordFile` are paths. */
  spare: { index: number; address: Address; publicKey: Hex; keystore: string; passwordFile: string }
  accounts: DevnetKey[]
}

/** Writes the descriptor into `dataDir`, whole or not at all, and remembers this devnet as the one started last. */
export async function writeDescriptor(dataDir: string, descriptor: DevnetDescriptor): Promise<void> {
  await writeDurably(join(resolve(dataDir), FILE), textOf(descriptor))
  reached('descriptor.written')
  await rememberDevnet(dataDir)
}

/**
 * The devnet of `dataDir`, else of the one started last.
 * @throws MetisSeqError `DEVNET_NOT_FOUND` (exit 6) when there is none; `DEVNET_DESCRIPTOR_INVALID` and
 *   `DEVNET_DESCRIPTOR_TOO_NEW` (exit 9)
 */
export async function readDescriptor(dataDir?: string): Promise<DevnetDescriptor> {
  const path = join(await devnetFolder(dataDir), FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notFound(`There is no devnet in ${path}.`)
    throw invalid(path)(messageOf(error))
  }
  return parseDescriptor(text, path)
}

/** The folder of the devnet that is meant: `dataDir`, else the one started last. @throws MetisSeqError `DEVNET_NOT_FOUND` */
export async function devnetFolder(dataDir?: string): Promise<string> {
  if (dataDir !== undefined) return resolve(dataDir)
  const pointer = pointerPath()
  try {
    return parsePointer(await readFile(pointer, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw notFound('No devnet was started on this machine yet.')
  }
}

/** Makes the devnet of `dataDir` the one that commands mean without `--data-dir`. */
export async function rememberDevnet(dataDir: string): Promise<void> {
  const path = pointerPath()
  await makePrivateFolder(dirname(path))
  await replaceFile(path, textOf({ lastDevnet: resolve(dataDir) }))
}

/** State, not configuration: it lies in the XDG state folder (`METIS_SEQ_STATE` names another file). */
export function pointerPath(): string {
  const { METIS_SEQ_STATE, XDG_STATE_HOME } = process.env
  return METIS_SEQ_STATE || join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'metis-seq', 'state.json')
}

/** The folder that the pointer names; a damaged pointer is as good as none, since any start writes it anew. */
function parsePointer(text: string): string {
  try {
    const { lastDevnet } = JSON.parse(text) as { lastDevnet?: unknown }
    if (typeof lastDevnet === 'string') return lastDevnet
  } catch {
    // falls through to the same answer
  }
  throw notFound('Which devnet was started last is not known.')
}

function textOf(value: object): string {
  return `${JSON.stringify({ version: VERSION, ...value }, null, 2)}\n`
}

/** Reads the descriptor's text strictly; more fields than the known ones are left out. */
export function parseDescriptor(text: string, path: string): DevnetDescriptor {
  const fail = invalid(path)
  if (text.length > MAX_BYTES) throw fail(`it is longer than ${MAX_BYTES} characters`)
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw fail(messageOf(error))
  }
  const version = (content as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > VERSION) {
    throw new MetisSeqError(
      'DEVNET_DESCRIPTOR_TOO_NEW',
      `${path} has version ${version}; this program knows ${VERSION}.`,
      { exit: Exit.data, next: 'Update metis-seq, or start a devnet in another folder with --data-dir.' },
    )
  }
  if (version !== VERSION) throw fail(`its "version" is not ${VERSION}`)
  return descriptorOf(content, path)
}

/** Reads what a running devnet says of itself, or its file. `path` is where it comes from, for errors. */
export function descriptorOf(content: unknown, path: string): DevnetDescriptor {
  return descriptor(content, 'devnet', invalid(path))
}

const text: shape.Shape<string> = (value, path, fail) => {
  if (typeof value !== 'string' || value.length > 4096) throw fail(`${path} is not a text`)
  return value
}

/** An object with at least these fields; others are left out, as a newer writer of the same version may add some. */
function has<T extends object>(shapes: { [K in keyof T]: shape.Shape<T[K]> }): shape.Shape<T> {
  return (value, path, fail) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail(`${path} is not an object`)
    const known = Object.fromEntries(Object.keys(shapes).map((key) => [key, (value as Record<string, unknown>)[key]]))
    return shape.objectOf<T>(shapes)(known, path, fail)
  }
}

const decimalText: shape.Shape<string> = (value, path, fail) => shape.decimal(value, path, fail).toString()
const key = has<DevnetKey>({ address: shape.address, privateKey: shape.hash })

const descriptor = has<DevnetDescriptor>({
  l1: has<DevnetDescriptor['l1']>({ url: text, chainId: shape.uint }),
  l2: has<DevnetDescriptor['l2']>({ chainId: shape.uint }),
  contracts: has<DevnetDescriptor['contracts']>({
    metis: shape.address,
    lockingInfo: shape.address,
    lockingPool: shape.address,
    bridge: shape.address,
    stateCommitmentChain: shape.address,
    inbox: shape.address,
    sequencerSet: shape.address,
  }),
  group: shape.address,
  admin: key,
  nodes: shape.listOf(
    has<DevnetNode>({
      index: shape.uint,
      address: shape.address,
      stake: decimalText,
      state: text,
      rpc: text,
      ws: text,
      rest: text,
      metrics: text,
    }),
    MAX_MEMBERS,
  ),
  spare: has<DevnetDescriptor['spare']>({
    index: shape.uint,
    address: shape.address,
    publicKey: shape.hexOf(64),
    keystore: text,
    passwordFile: text,
  }),
  accounts: shape.listOf(key, MAX_MEMBERS),
})

function notFound(message: string): MetisSeqError {
  return new MetisSeqError('DEVNET_NOT_FOUND', message, {
    exit: Exit.network,
    next: 'Start one with `npm start`, or name its folder with --data-dir.',
  })
}

function invalid(path: string): Malformed {
  return (reason) =>
    new MetisSeqError('DEVNET_DESCRIPTOR_INVALID', `${path} cannot be used: ${reason}.`, {
      exit: Exit.data,
      next: 'Start the devnet again; it writes the file anew.',
    })
}
