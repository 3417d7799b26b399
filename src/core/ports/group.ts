import type { Address, Hash, Hex } from '../types/hex.js'

/** A message of one member to another in one round of a session. */
export interface GroupMessage {
  from: Address
  session: Hash
  /** From 1. */
  round: number
  content: Uint8Array
}

/** What the members of the group say to one another: each message from whom it says, and for one pair of eyes. */
export interface MessageSeal {
  /** `pubkey`: 64 bytes of the receiver's key. Called once for each receiver, session and round. */
  seal(to: { address: Address; pubkey: Hex }, message: Omit<GroupMessage, 'from'>): Uint8Array
  /**
   * Opens what came, from whomever; `pubkeyOf` knows the members. Throws MetisSeqError `GROUP_MESSAGE_*` (refused) for what
   * no member sealed for this one.
   */
  open(sealed: Uint8Array, pubkeyOf: (address: Address) => Hex | undefined): GroupMessage
  /** Nothing of that session is sealed any more. */
  forget(session: Hash): void
}

/** Encrypts the shares of a node at rest. `place` says what it is and where, and is authenticated with it. */
export interface ShareBox {
  lock(share: Uint8Array, place: string): Uint8Array
  /** @throws MetisSeqError `SHARE_UNREADABLE` (exit 9) */
  unlock(locked: Uint8Array, place: string): Uint8Array
}
