import type { Address, Hex } from '../types/hex.js'

export type Member = {
  id: number
  address: Address
  pubkey: Hex
  /** wei, uncapped: what selection weighs */
  stake: bigint
  /** whole METIS, capped below a third of the total (rule P2) */
  power: number
}

export type Committee = {
  members: Member[]
  /** heads a quorum needs, smallest t with 3t > 2n (rule P3) */
  threshold: number
  totalPower: number
}
