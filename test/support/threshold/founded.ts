import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesToHex, hexToBytes, keccak256, utf8 } from '../../../src/core/codec/index.js'
import { readGroupKey } from '../../../src/core/threshold/publicKey.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { type Founder, foundGroup } from '../../../src/node/founding.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { openShareBox } from '../../../src/node/threshold/box.js'
import { Shares } from '../../../src/node/threshold/shares.js'

const engine = fileURLToPath(new URL('../../../wasm/threshold.wasm', import.meta.url))
const folder = fileURLToPath(new URL('../../../node_modules/.cache/metis-seq-test/', import.meta.url))
/** Of the shares of test nodes. */
export const PASSWORD = 'of a test'

/** A group of these members, made once by the real engine on this machine: it takes seconds, and the key is nobody's. */
export interface Founded {
  address: Address
  publicKey: Hex
  shares: Record<Address, Hex>
}

export type TestMember = Pick<Founder, 'address' | 'privateKey' | 'pubkey'>

/** By file: two workers that begin at once make one each, and each stays with what it has. */
const known = new Map<string, Promise<Founded>>()

export async function founded(members: readonly TestMember[]): Promise<Founded> {
  const digest = createHash('sha256').update(await readFile(engine))
  for (const { address } of members) digest.update(address)
  const path = join(folder, `group-${digest.digest('hex').slice(0, 16)}.json`)
  const group = known.get(path) ?? readOrMake(path, members)
  known.set(path, group)
  return group
}

async function readOrMake(path: string, members: readonly TestMember[]): Promise<Founded> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text)
  const made = await found(members)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, JSON.stringify(made))
  await rename(`${path}.${process.pid}`, path)
  return made
}

async function found(members: readonly TestMember[]): Promise<Founded> {
  const root = await mkdtemp(join(tmpdir(), 'metis-seq-group-'))
  try {
    const founders = members.map((member) => ({ ...member, directory: join(root, member.address), password: PASSWORD }))
    const salt = keccak256(utf8('a test'))
    const publicKey = await foundGroup({ founders, salt, now: () => Date.now() })
    const shares: Founded['shares'] = {}
    for (const { address, directory } of founders) {
      await withShares(directory, address, async (each) => {
        shares[address] = bytesToHex(each.get(0)?.share ?? new Uint8Array())
      })
    }
    return { address: readGroupKey(hexToBytes(publicKey)).address, publicKey, shares }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Puts the share of the first sharing where a node finds it. */
export async function giveShare(directory: string, address: Address, { publicKey, shares }: Founded): Promise<void> {
  const [key, share] = [hexToBytes(publicKey), shares[address]]
  if (share === undefined) throw new Error(`${address} has no share`)
  await withShares(directory, address, (each) => each.put(0, { publicKey: key, share: hexToBytes(share) }))
}

async function withShares(directory: string, address: Address, use: (shares: Shares) => Promise<void>): Promise<void> {
  const database = await openDatabase(join(directory, 'shares'))
  try {
    await use(new Shares(database, await openShareBox(PASSWORD, database), address))
  } finally {
    await database.close()
  }
}
