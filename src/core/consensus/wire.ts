import { canonicalJson, equalBytes, malformed, shape, utf8 } from '../codec/index.js'
import { MAX_GROUP_KEY } from '../genesis/parse.js'
import { MAX_BLOB_TRANSACTIONS, MAX_BLOBS } from './batch.js'
import { MAX_LEAD } from './checkpoint.js'
import type { L1Fees, SharingContent, UnsignedContent } from './groupTypes.js'
import { MAX_RANGE_EVENTS } from './l1.js'
import type { Content, L1Event, L1Range, Message, Seal } from './types.js'

/** Bytes of a message at most; the events of a range are the longest. */
export const MAX_MESSAGE = 1 << 20
const MAX_MEMBERS = 256
/** Bytes of a broadcast in a sharing: the openings of 64 members have 3 KB. */
const MAX_BROADCAST = 16 * 1024
/** Characters of the reason why something is not signed. */
export const MAX_REASON = 200
/** A group transaction without sidecar: the state roots of a whole batch are its longest. */
const MAX_TRANSACTION = 256 * 1024

const { address, boolean, decimal, hash, hexOf, hexUpTo, listOf, literal, objectOf, oneOf, plainUpTo, textOf, uint } =
  shape

const range = objectOf<L1Range>({
  from: uint,
  to: uint,
  toHash: hash,
  prevToHash: hash,
  eventsRoot: hash,
  prevRandao: hash,
})

const fees = objectOf<L1Fees>({ maxFeePerGas: decimal, maxPriorityFeePerGas: decimal, maxFeePerBlobGas: decimal })

const content = oneOf<Content>('kind', {
  range: objectOf<Extract<Content, { kind: 'range' }>>({ kind: literal('range'), range }),
  checkpoint: objectOf<Extract<Content, { kind: 'checkpoint' }>>({
    kind: literal('checkpoint'),
    term: uint,
    prevNumber: uint,
    prevHash: hash,
    blocks: listOf(objectOf({ hash, stateRoot: hash }), MAX_LEAD),
  }),
  stall: objectOf<Extract<Content, { kind: 'stall' }>>({
    kind: literal('stall'),
    term: uint,
    lastCheckpointNumber: uint,
  }),
  sharing: objectOf<SharingContent>({
    kind: literal('sharing'),
    generation: uint,
    round: uint,
    broadcast: hexUpTo(MAX_BROADCAST),
  }),
  group: objectOf<Extract<Content, { kind: 'group' }>>({
    kind: literal('group'),
    generation: uint,
    publicKey: hexUpTo(MAX_GROUP_KEY),
    failed: listOf(address, MAX_MEMBERS),
  }),
  batch: objectOf<Extract<Content, { kind: 'batch' }>>({
    kind: literal('batch'),
    index: uint,
    attempt: uint,
    first: uint,
    last: uint,
    lastHash: hash,
    blobs: listOf(listOf(hash, MAX_BLOBS), MAX_BLOB_TRANSACTIONS),
    stateRoots: hash,
  }),
  anew: objectOf<Extract<Content, { kind: 'anew' }>>({ kind: literal('anew'), generation: uint, lost: boolean }),
  fees: objectOf<Extract<Content, { kind: 'fees' }>>({ kind: literal('fees'), request: hash, bump: uint, fees }),
  unsigned: objectOf<UnsignedContent>({
    kind: literal('unsigned'),
    request: hash,
    session: uint,
    outcome: textOf(['refused', 'failed']),
    culprits: listOf(address, MAX_MEMBERS),
    ban: boolean,
    reason: plainUpTo(MAX_REASON),
  }),
})

const pubkey = hexUpTo(64)

/** Events as they stand in the record; a public key may have any length there, consensus refuses the bad ones (P4). */
export const l1Event = oneOf<L1Event>('type', {
  locked: objectOf<Extract<L1Event, { type: 'locked' }>>({
    type: literal('locked'),
    block: uint,
    id: uint,
    signer: address,
    pubkey,
    amount: decimal,
    activationBatch: uint,
  }),
  stake: objectOf<Extract<L1Event, { type: 'stake' }>>({
    type: literal('stake'),
    block: uint,
    id: uint,
    amount: decimal,
  }),
  signer: objectOf<Extract<L1Event, { type: 'signer' }>>({
    type: literal('signer'),
    block: uint,
    id: uint,
    signer: address,
    pubkey,
  }),
  exit: objectOf<Extract<L1Event, { type: 'exit' }>>({
    type: literal('exit'),
    block: uint,
    id: uint,
    deactivationBatch: uint,
  }),
  left: objectOf<Extract<L1Event, { type: 'left' }>>({ type: literal('left'), block: uint, id: uint }),
  rewardBatch: objectOf<Extract<L1Event, { type: 'rewardBatch' }>>({
    type: literal('rewardBatch'),
    block: uint,
    batch: uint,
  }),
  deposit: objectOf<Extract<L1Event, { type: 'deposit' }>>({
    type: literal('deposit'),
    block: uint,
    index: uint,
    to: address,
    amount: decimal,
  }),
  groupTransaction: objectOf<Extract<L1Event, { type: 'groupTransaction' }>>({
    type: literal('groupTransaction'),
    block: uint,
    nonce: uint,
    hash,
    content: hash,
    success: boolean,
  }),
  randao: objectOf<Extract<L1Event, { type: 'randao' }>>({ type: literal('randao'), block: uint, value: hash }),
})

const seal = objectOf<Seal>({ term: uint, number: uint, hash, signature: hexOf(65) })

const seals: shape.Shape<[Seal, Seal]> = (value, path, fail) => {
  const [a, b] = listOf(seal, 2)(value, path, fail)
  if (a === undefined || b === undefined) throw fail(`${path} are not two seals`)
  return [a, b]
}

const message = oneOf<Message>('type', {
  attestation: objectOf<Extract<Message, { type: 'attestation' }>>({
    type: literal('attestation'),
    member: address,
    content,
    signature: hexOf(65),
  }),
  l1Events: objectOf<Extract<Message, { type: 'l1Events' }>>({
    type: literal('l1Events'),
    from: uint,
    events: listOf(l1Event, MAX_RANGE_EVENTS),
  }),
  evidence: objectOf<Extract<Message, { type: 'evidence' }>>({ type: literal('evidence'), seals }),
  signed: objectOf<Extract<Message, { type: 'signed' }>>({
    type: literal('signed'),
    request: hash,
    session: uint,
    transaction: hexUpTo(MAX_TRANSACTION),
  }),
})

/** A message as an engine carries it: canonical JSON. */
export function encodeMessage(value: Message): Uint8Array {
  return utf8(canonicalJson(value))
}

/** Reads what anybody may have sent, in its one form alone (ADR 8). @throws MetisSeqError `MESSAGE_MALFORMED` with the field and the reason */
export function decodeMessage(bytes: Uint8Array): Message {
  const fail = malformed('MESSAGE_MALFORMED', 'consensus message')
  if (bytes.length > MAX_MESSAGE) throw fail(`it has ${bytes.length} bytes, at most ${MAX_MESSAGE} are read`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw fail('it is not JSON')
  }
  const decoded = message(value, 'message', fail)
  // In any other form the same words would be another message to whoever knows messages by their bytes.
  if (!equalBytes(encodeMessage(decoded), bytes)) throw fail('it is not in its canonical form')
  return decoded
}

/** Reads a seal that a peer sent. */
export function decodeSeal(value: unknown): Seal {
  return seal(value, 'seal', malformed('SEAL_MALFORMED', 'seal'))
}
