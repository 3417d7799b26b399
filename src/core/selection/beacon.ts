import {
  bigEndian,
  concatBytes,
  fromBigEndian,
  type Hex,
  hexToBytes,
  keccakBytes,
  normaliseHex,
  utf8,
} from '../codec/index.js'
import { Exit, MetisSeqError } from '../errors/index.js'

const DOMAIN = keccakBytes(utf8('metis-seq/selection/beacon/v1'))
const SPACE = 1n << 256n
/** Total stakes lie far below 2^128 wei, so a rejection has a chance below 2^-128. */
const MAX_TOTAL = 1n << 128n
const MAX_DRAWS = 64

export interface BeaconCandidate {
  readonly address: Hex
  /** Uncapped stake in wei of METIS (rule P2); zero is never drawn. */
  readonly stake: bigint
}

export interface BeaconDraw {
  /** `prevRandao` of the L1 block that nobody knew when the candidates were frozen (rule S1). */
  readonly prevRandao: Hex
  /** Hash of the whole genesis (rule M1). */
  readonly networkId: Hex
  readonly epoch: bigint
  readonly term: bigint
  /** In any order: the draw does not depend on it. */
  readonly candidates: readonly BeaconCandidate[]
}

/**
 * The seed of a draw, H(prevRandao, networkId, epoch, term) of rule S1: keccak-256 over five words of 32 bytes, the
 * first being the domain.
 */
export function drawSeed({ prevRandao, networkId, epoch, term }: Omit<BeaconDraw, 'candidates'>): Uint8Array {
  return keccakBytes(
    concatBytes(
      DOMAIN,
      hexToBytes(prevRandao, 32),
      hexToBytes(networkId, 32),
      bigEndian(epoch, 32),
      bigEndian(term, 32),
    ),
  )
}

/**
 * The sequencer of a term: candidate i is drawn with the exact chance stake_i / total stake (rule S1).
 * @throws MetisSeqError `SELECTION_NO_CANDIDATES` when nobody has stake, `SELECTION_INVALID` for a doubled address or a stake out of range
 */
export function drawSequencer(draw: BeaconDraw): Hex {
  const candidates = ordered(draw.candidates)
  const total = candidates.reduce((sum, { stake }) => sum + stake, 0n)
  if (total === 0n) {
    throw new MetisSeqError(
      'SELECTION_NO_CANDIDATES',
      `Nobody is eligible for term ${draw.term} of epoch ${draw.epoch}.`,
      {
        next: 'A validator with stake has to join, or come back, before a sequencer can be drawn.',
      },
    )
  }
  if (total >= MAX_TOTAL) throw invalid(`a total stake of ${total} wei`, 'it is not below 2^128')
  let rest = uniformBelow(drawSeed(draw), total)
  for (const { address, stake } of candidates) {
    if (rest < stake) return address
    rest -= stake
  }
  throw invalid(`a total stake of ${total} wei`, 'the draw lies beyond it')
}

/** A number below `total` without bias: hashes H(seed, i) that lie beyond the last whole multiple are passed over. */
function uniformBelow(seed: Uint8Array, total: bigint): bigint {
  const end = SPACE - (SPACE % total)
  for (let i = 0; i < MAX_DRAWS; i++) {
    const value = fromBigEndian(keccakBytes(concatBytes(seed, bigEndian(i, 32))))
    if (value < end) return value % total
  }
  throw invalid(`a total stake of ${total} wei`, `${MAX_DRAWS} draws were rejected`)
}

function ordered(candidates: readonly BeaconCandidate[]): BeaconCandidate[] {
  const sorted = candidates
    .map(({ address, stake }) => ({ address: normaliseHex(address, 20), stake }))
    .sort((a, b) => (a.address < b.address ? -1 : 1))
  let previous: Hex | undefined
  for (const { address, stake } of sorted) {
    if (address === previous) throw invalid(`candidate ${address}`, 'it is listed twice')
    if (stake < 0n) throw invalid(`stake ${stake} of ${address}`, 'it is negative')
    previous = address
  }
  return sorted
}

function invalid(what: string, reason: string): MetisSeqError {
  return new MetisSeqError('SELECTION_INVALID', `Cannot draw with ${what}: ${reason}.`, { exit: Exit.bug })
}
