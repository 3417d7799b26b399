import { randomBytes } from 'node:crypto'
import { bytesToHex, hexToBytes } from '../core/codec/index.js'
import { readGroupKey } from '../core/threshold/publicKey.js'
import type { Hash } from '../core/types/hex.js'
import { foundGroup } from '../node/index.js'
import type { TestKey } from './accounts.js'
import type { DataFolder } from './folder.js'
import type { GroupKey } from './founding.js'
import { makePasswords } from './passwords.js'

/** A group in the making, and the salt of the network that it is for. */
export interface FoundedGroup {
  salt: Hash
  key: Promise<GroupKey>
}

/**
 * Begins to make the key of a new network among its sequencers, which takes seconds: meanwhile the rest starts. Each node gets a
 * password for its share; the spare one, which has none yet, too.
 */
export async function beginGroup(
  folder: DataFolder,
  { sequencers, spare }: { sequencers: readonly TestKey[]; spare: TestKey },
  { now, signal }: { now: () => number; signal?: AbortSignal | undefined },
): Promise<FoundedGroup> {
  const passwords = await makePasswords([...sequencers, spare].map((_, i) => folder.password(i)))
  const founders = sequencers.map(({ address, privateKey, publicKey: pubkey }, i) => {
    return { address, pubkey, privateKey, directory: folder.node(i), password: passwords[i] ?? '' }
  })
  const salt = bytesToHex(randomBytes(32))
  const made = foundGroup({ founders, salt, now, signal })
  return { salt, key: made.then((publicKey) => ({ publicKey, address: readGroupKey(hexToBytes(publicKey)).address })) }
}
