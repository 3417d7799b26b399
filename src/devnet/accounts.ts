import { bytesToHex, keccakBytes, utf8 } from '../core/codec/index.js'
import { addressOfPublicKey, publicKeyOf } from '../core/consensus/crypto.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { DevnetKey } from './descriptor.js'

/** A key of the devnet. Anybody can derive it: it is worth nothing outside a devnet. */
export interface TestKey {
  address: Address
  /** 64 bytes, without the 0x04 */
  publicKey: Hex
  privateKey: Uint8Array
}

/** The test key of that name, the same on every machine: keccak of a public text. */
export function testKey(name: string): TestKey {
  const privateKey = keccakBytes(utf8(`metis-seq devnet ${name}`))
  const publicKey = publicKeyOf(privateKey)
  return { privateKey, publicKey, address: addressOfPublicKey(publicKey) }
}

export interface DevnetAccounts {
  /** Deploys the contracts and holds the METIS. */
  deployer: TestKey
  /** Whitelists owners. */
  admin: TestKey
  sequencers: TestKey[]
  /** They locked the METIS of the sequencers of the same place. */
  owners: TestKey[]
  /** Its node runs, but nobody locked METIS for it. */
  spare: TestKey
  /** Funded on L1 and L2, for whoever tries the devnet. */
  users: TestKey[]
}

/** All keys of a devnet with `sequencers` sequencers. */
export function devnetAccounts(sequencers: number): DevnetAccounts {
  const series = (name: string, length: number) => Array.from({ length }, (_, i) => testKey(`${name} ${i}`))
  return {
    deployer: testKey('deployer'),
    admin: testKey('admin'),
    sequencers: series('sequencer', sequencers),
    owners: series('owner', sequencers),
    spare: testKey('spare'),
    users: series('user', 3),
  }
}

/** As the descriptor shows a key. */
export function shownKey({ address, privateKey }: TestKey): DevnetKey {
  return { address, privateKey: bytesToHex(privateKey) }
}
