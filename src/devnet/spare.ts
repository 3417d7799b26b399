import { join } from 'node:path'
import { encryptKeystoreJson } from 'ethers'
import { bytesToHex } from '../core/codec/index.js'
import { reached } from '../core/faultPoints.js'
import { makePrivateFolder } from '../files/private.js'
import type { TestKey } from './accounts.js'
import type { DevnetDescriptor } from './descriptor.js'
import { writeDurably } from './files.js'

const PASSWORD = 'metis-seq devnet'
/** Light on purpose: the key is public, only the format matters. */
const SCRYPT = { N: 4096, r: 8, p: 1 }

/** Puts the key of the spare node into a keystore V3 with a password file, both readable by the owner alone. */
export async function writeSpareKeystore(
  folder: string,
  index: number,
  key: TestKey,
): Promise<DevnetDescriptor['spare']> {
  const keystore = join(folder, 'spare.json')
  const passwordFile = join(folder, 'spare.password')
  await makePrivateFolder(folder)
  const account = { address: key.address, privateKey: bytesToHex(key.privateKey) }
  await writeDurably(passwordFile, `${PASSWORD}\n`)
  await writeDurably(keystore, `${await encryptKeystoreJson(account, PASSWORD, { scrypt: SCRYPT })}\n`)
  reached('keystore.written')
  return { index, address: key.address, publicKey: key.publicKey, keystore, passwordFile }
}
