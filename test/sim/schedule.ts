import type { L1Answers, L1Options } from './world/l1.js'
import type { Weather } from './world/network.js'

/** What a member that lies does. */
export const LIES = [
  'equivocate', // two sealed blocks of one number
  'idle', // no blocks at all
  'withhold', // its blocks only to some, now and then to nobody
  'badBlock', // sealed blocks that break a rule
  'twoSeals', // two signatures of one block's seal
  'ahead', // block times as far ahead as is allowed
  'censor', // no users' transactions
  'silent', // no votes, no signatures, no batches
  'earlyStalls',
  'falseVotes', // checkpoints, ranges, batches and sharings that are not so
  'misserve', // wrong blocks and seals to whoever asks
  'mute', // no answer to whoever asks
  'falseSeals', // others' blocks passed on with other seals
  'flood', // blocks on unknown parents, messages that are none, old ones again
  'badBatch',
  'badShares', // junk in what the members of the group say to one another
  'dumb', // says nothing to them
  'blame', // ends sessions and names anybody for it, calls its share lost
] as const
export type Lie = (typeof LIES)[number]

export type Action = { at: number } & (
  | { do: 'kill'; node: number /** dies at this one of its next writes, at once where absent */; writes?: number }
  | { do: 'start'; node: number /** its last blocks are gone: the chain comes from an older copy */; lost?: number }
  | { do: 'part'; parts: number[] }
  | { do: 'heal' }
  | { do: 'l1'; node: number; mode: L1Answers['mode'] }
  | { do: 'reorganise'; blocks: number }
  | { do: 'dropPool' }
  | { do: 'deposit'; user: number; wei: string }
  | { do: 'transfer'; user: number; node: number }
  | { do: 'lock'; metis: number }
  | { do: 'exit'; node: number }
  | { do: 'stake'; node: number; metis: number }
  | { do: 'resign'; node: number }
  | { do: 'claim' }
)

/** Everything that happens to a network, as data: the same schedule is the same run. */
export interface Schedule {
  /** Of all choices that are not in here: delays, order, what a liar does when. */
  seed: number
  /** METIS of each member. */
  stakes: number[]
  epochLength: number
  blockTime: number
  stallTimeout: number
  /** ms between two looks of a node at what is due */
  tick: number
  /** ms between two blocks of the record, and how late it is at the nodes */
  interval: number
  lag: [number, number]
  weather: Weather
  l1: L1Options
  /** ms, by node: how wrong its clock is, and how far its view of L1 is behind */
  offsets: number[]
  behind: number[]
  liars: { node: number; lies: Lie[] }[]
  /** ms of trouble; then all is well again but for the liars, and the network has to go on */
  length: number
  /** Whether it has to bring a batch to L1, too. */
  batches: boolean
  actions: Action[]
}
