import { bytesToHex, checksumAddress, type Hex, minimalBigEndian, normaliseHex, sha256 } from '../codec/index.js'
import { Exit, MetisSeqError } from '../errors/index.js'
import { GoRand } from './goRand.js'

const U64 = (1n << 64n) - 1n
const MAX_DRAWS = 1024

/** A validator as the live network's span module sees it; `power` is METIS as Tendermint power, whole units. */
export interface SpanValidator {
  readonly id: bigint
  readonly signer: Hex
  readonly power: bigint
}

export interface SpanProducer extends SpanValidator {}

export interface SpanRequest {
  /** Span-eligible validators in candidate order, which is by signer address on the live network. */
  readonly validators: readonly SpanValidator[]
  readonly span: bigint
  /** Parameter `producer_count`, 1 on the live networks. */
  readonly producerCount: number
}

export interface SpanPrediction {
  /** SHA-256 of the span id, 32 bytes. */
  readonly seed: Hex
  /** By address; `power` is how often each was drawn, or its own where nothing had to be drawn. */
  readonly producers: readonly SpanProducer[]
}

export interface RespanRequest {
  /** Validators of the current set that are not on their way out (EndBatch 0). */
  readonly validators: readonly { readonly signer: Hex }[]
  /** L2 height at which the chain stalls, in blocks. */
  readonly height: bigint
  /** How often a re-span was tried for this epoch; counted by each node for itself. */
  readonly seed: bigint
  /** Address of the sequencer that stalls. */
  readonly current: Hex
}

/**
 * Who the live network draws for span `span` (themis `SelectNextProducers`; rule S2: for prediction, never a default of ours).
 * The seed is the span id alone, so that the whole schedule is known in advance.
 * @throws MetisSeqError `SELECTION_NO_CANDIDATES`, `SELECTION_INVALID`
 */
export function predictSpan({ validators, span, producerCount }: SpanRequest): SpanPrediction {
  if (span < 0n || !Number.isInteger(producerCount) || producerCount < 1 || producerCount > MAX_DRAWS) {
    throw invalid(
      `span ${span} with ${producerCount} producers`,
      `the span is not negative, producers are 1 to ${MAX_DRAWS}`,
    )
  }
  if (validators.length === 0) throw noCandidates(`span ${span}`)
  const hash = sha256(minimalBigEndian(span))
  const seed = bytesToHex(hash)
  if (validators.length <= producerCount) return { seed, producers: byAddress(validators) }
  const random = new GoRand(new DataView(hash.buffer, hash.byteOffset).getBigInt64(0))
  const cumulative = cumulativePower(validators)
  const drawn = new Map<SpanValidator, bigint>()
  for (let draw = 0; draw < producerCount; draw++) {
    const value = drawInclusive(random, cumulative.at(-1) ?? 0n)
    const winner = validators[cumulative.findIndex((sum) => sum >= value)]
    if (winner) drawn.set(winner, (drawn.get(winner) ?? 0n) + 1n)
  }
  return { seed, producers: byAddress([...drawn].map(([validator, power]) => ({ ...validator, power }))) }
}

/**
 * Whom the live network puts in place of a stalled sequencer (themis `CalcMetisSequencerWithSeed`), lower case.
 * @throws MetisSeqError `SELECTION_NO_CANDIDATES` when nobody but the current sequencer is eligible; the original panics there
 */
export function predictRespan({ validators, height, seed, current }: RespanRequest): Hex {
  const stalled = normaliseHex(current, 20)
  const others = validators.map(({ signer }) => normaliseHex(signer, 20)).filter((signer) => signer !== stalled)
  if (others.length === 0) throw noCandidates(`a re-span at height ${height}`)
  // The checksummed strings are ordered as bytes: upper case comes before lower case.
  const ordered = others.map((signer) => checksumAddress(signer)).sort(compareText)
  const index = new GoRand(height + seed).intn(ordered.length)
  return normaliseHex(ordered[index] ?? '', 20)
}

/** A number from 1 to `total`, without bias, in the very way of the original (its bound is one lower than needed). */
function drawInclusive(random: GoRand, total: bigint): bigint {
  const bound = U64 - (U64 % total) - 1n
  for (let draws = 0; draws < MAX_DRAWS; draws++) {
    const value = random.uint64()
    if (value < bound) return 1n + (value % total)
  }
  throw invalid(`total power ${total}`, `${MAX_DRAWS} draws were rejected`)
}

function cumulativePower(validators: readonly SpanValidator[]): bigint[] {
  let sum = 0n
  const sums = validators.map(({ signer, power }) => {
    if (power < 0n) throw invalid(`power ${power} of ${signer}`, 'it is negative')
    sum += power
    return sum
  })
  if (sum === 0n || sum >= U64) throw invalid(`total power ${sum}`, 'it must lie above 0 and below 2^64 - 1')
  return sums
}

function byAddress(producers: readonly SpanProducer[]): SpanProducer[] {
  return producers
    .map((producer) => ({ ...producer, signer: normaliseHex(producer.signer, 20) }))
    .sort((a, b) => compareText(a.signer, b.signer))
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function noCandidates(what: string): MetisSeqError {
  return new MetisSeqError('SELECTION_NO_CANDIDATES', `Nobody is eligible for ${what}.`, {
    exit: Exit.precheck,
    next: 'Another validator has to join, or come back, before a sequencer can be drawn.',
  })
}

function invalid(what: string, reason: string): MetisSeqError {
  return new MetisSeqError('SELECTION_INVALID', `Cannot draw with ${what}: ${reason}.`, { exit: Exit.precheck })
}
