import { EMPTY_ROOT } from '../../../core/chain/header.js'
import {
  equalBytes,
  hexToBytes,
  keccakBytes,
  malformed,
  type RlpInput,
  rlpBytes,
  rlpDecode,
  rlpInteger,
  rlpList,
} from '../../../core/codec/index.js'

/** An account as the state trie holds it. */
export interface StateRecord {
  nonce: bigint
  /** wei */
  balance: bigint
  storageRoot: Uint8Array
  codeHash: Uint8Array
}

export const EMPTY_ACCOUNT: StateRecord = {
  nonce: 0n,
  balance: 0n,
  storageRoot: hexToBytes(EMPTY_ROOT),
  codeHash: keccakBytes(new Uint8Array(0)),
}

const fail = malformed('STATE_CORRUPT', 'account in the state')

export function accountFields({ nonce, balance, storageRoot, codeHash }: StateRecord): RlpInput[] {
  return [nonce, balance, storageRoot, codeHash]
}

/** @throws MetisSeqError `STATE_CORRUPT` */
export function parseAccount(encoded: Uint8Array): StateRecord {
  const [nonce, balance, storageRoot, codeHash] = rlpList(rlpDecode(encoded, fail), 4, 'it', fail)
  return {
    nonce: rlpInteger(nonce, 'the nonce', fail, 8),
    balance: rlpInteger(balance, 'the balance', fail),
    storageRoot: rlpBytes(storageRoot, 'the storage root', fail),
    codeHash: rlpBytes(codeHash, 'the code hash', fail),
  }
}

/** Whether an account with this code hash has no code. */
export function isEmptyCode(codeHash: Uint8Array): boolean {
  return equalBytes(codeHash, EMPTY_ACCOUNT.codeHash)
}
