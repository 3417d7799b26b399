import type { Hash } from '../types/hex.js'

/** What one participant sends at the end of a round, and whom it waits for. Participants are numbered from 1. */
export interface Outgoing {
  /** Whose messages the next step takes: no fewer, and no others. */
  readonly awaited: readonly number[]
  /** To everybody, the same bytes; empty where there is nothing to say. */
  readonly broadcast: Uint8Array
  /** By receiver: for its eyes alone. */
  readonly private: ReadonlyMap<number, Uint8Array>
}

/** What came of those who were awaited, by sender. */
export type Incoming = ReadonlyMap<number, { readonly broadcast: Uint8Array; readonly private: Uint8Array }>

/** How a round of a ceremony ended. */
export type RoundEnd =
  | { kind: 'sent'; outgoing: Outgoing }
  /** This participant has a share now. It is secret; the public key is RLP of [threshold, key, points of the shares]. */
  | { kind: 'shared'; share: Uint8Array; publicKey: Uint8Array }
  /** This participant dealt what it had, and has no share of the key any more. */
  | { kind: 'dealt' }
  /** r, s (low) and the recovery id: 65 bytes. */
  | { kind: 'signed'; signature: Uint8Array }
  /**
   * It can't go on. `culprits` sent what cannot be right, as far as it can be told; with `ban` it is dangerous to sign with
   * them ever again, as long as the key is shared as it is.
   */
  | { kind: 'failed'; culprits: readonly number[]; ban: boolean; reason: string }

/** A participant of a sharing: its index among those who have the key, and among those who get it; null where it has none. */
export interface Place {
  readonly old: number | null
  readonly new: number | null
}

export interface ShareRequest {
  /** Never used before. */
  readonly session: Hash
  /** The number of this participant in `places`, from 1. */
  readonly me: number
  readonly places: readonly Place[]
  /** How many sign afterwards. */
  readonly threshold: number
  /** The key that is shared anew; without it a new key is made, and `old` is null everywhere. */
  readonly publicKey?: Uint8Array
  /** This participant's share of it, where it deals. */
  readonly share?: Uint8Array
}

export interface SignRequest {
  /** Never used before. */
  readonly session: Hash
  /** Indices of the members who sign, rising: exactly as many as the key takes. */
  readonly signers: readonly number[]
  readonly digest: Hash
  /** This member's share. */
  readonly share: Uint8Array
}

/** One participant's side of sharing a key or of a signature. Nothing of it is on disk: after a crash it is begun again. */
export interface Ceremony {
  /** What the first round sends. */
  readonly first: Outgoing
  /** Takes what came in the round. @throws MetisSeqError `THRESHOLD_CRASHED` (temporary), `THRESHOLD_REFUSED` */
  step(incoming: Incoming): Promise<RoundEnd>
  /** Gives it up. */
  forget(): void
}

/** Threshold ECDSA on secp256k1 (DKLs23), off the main thread. */
export interface ThresholdCrypto {
  /** @throws MetisSeqError `THRESHOLD_REFUSED` where it makes no sense, `THRESHOLD_CRASHED` (temporary) */
  share(request: ShareRequest): Promise<Ceremony>
  sign(request: SignRequest): Promise<Ceremony>
  close(): Promise<void>
}
