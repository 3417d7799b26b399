import { hexToBytes, keccak256, rlpEncode, utf8 } from '../../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../../src/core/errors/index.js'
import type { Ceremony, ThresholdCrypto } from '../../../../src/core/ports/threshold.js'
import { readGroupKey } from '../../../../src/core/threshold/publicKey.js'
import type { Address } from '../../../../src/core/types/hex.js'
import { Conversation } from '../../../../src/node/threshold/conversation.js'
import { createThresholdCrypto } from '../../../../src/node/threshold/crypto.js'
import { createMessageSeal } from '../../../../src/node/threshold/envelope.js'
import { Mailbox } from '../../../../src/node/threshold/mailbox.js'
import { readBegun, readEnd } from '../../../../src/node/threshold/wire.js'
import { keyOf } from '../../../unit/consensus/network.js'
import { generate, type Shared } from '../../threshold/ceremonies.js'
import { bytesDecoder, type Decoder } from '../decoder.js'

const session = keccak256(utf8('fuzz'))
const digest = keccak256(utf8('what is signed'))
const NOTHING = new Uint8Array()
/** The generator of the curve. */
const point = hexToBytes('0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')

/** The engine, and a key that two of two sign with. */
let opened: Promise<{ crypto: ThresholdCrypto; key: Shared }> | undefined
const open = () => {
  opened ??= begin()
  return opened
}

async function begin() {
  const crypto = createThresholdCrypto()
  return { crypto, key: await generate([crypto, crypto], 2, session) }
}

export async function closeThreshold(): Promise<void> {
  await (await opened)?.crypto.close()
  opened = undefined
}

async function signing(me: number): Promise<Ceremony> {
  const { crypto, key } = await open()
  return crypto.sign({ session, signers: [1, 2], digest, share: key.shares.get(me) ?? NOTHING })
}

/** What a member makes of one message of another. */
async function taken(ceremony: Ceremony, message: { broadcast: Uint8Array; private: Uint8Array }) {
  try {
    const end = await ceremony.step(new Map([[2, message]]))
    if (end.kind === 'failed') throw new MetisSeqError('THRESHOLD_MESSAGE', end.reason)
    return end
  } finally {
    ceremony.forget()
  }
}

const [me, other] = [keyOf(0), keyOf(1)]
const pubkeyOf = (address: Address) => (address === other.address ? other.pubkey : undefined)

/** What a member understands of what another says in a session. */
async function understood(content: Uint8Array): Promise<{ broadcast: Uint8Array; private: Uint8Array }> {
  let words: { broadcast: Uint8Array; private: Uint8Array } | undefined
  const ceremony: Ceremony = {
    first: { awaited: [2], broadcast: NOTHING, private: new Map() },
    step: async (incoming) => {
      words = incoming.get(2)
      return { kind: 'dealt' }
    },
    forget: () => undefined,
  }
  const mailbox = new Mailbox(() => undefined)
  const node = { networkId: session, address: me.address, pubkeyOf: () => undefined, send: () => undefined }
  const parts = { node: { ...node, recover: () => undefined, now: () => 0 }, seal: createMessageSeal(me), mailbox }
  const names = new Map([me, other].map(({ address }, i) => [i + 1, address]))
  const conversation = new Conversation(parts, { session, ceremony, names, patience: 1 })
  mailbox.take({ from: other.address, session, round: 1, content }, 0)
  const end = await conversation.go()
  conversation.close()
  if (end?.kind === 'failed') throw new MetisSeqError('GROUP_WORDS', end.reason)
  if (words === undefined) throw new Error('nothing was understood, and nobody is named')
  return words
}

/** The threshold engine: its replies, and what goes into it from peers. */
export const thresholdDecoders: readonly Decoder[] = [
  bytesDecoder({
    name: 'public key of a group',
    covers: ['src/core/threshold/publicKey.ts#readGroupKey'],
    samples: () => [rlpEncode([2, point, [point, point, point]])],
    decode: readGroupKey,
  }),
  bytesDecoder({
    name: 'beginning of a ceremony',
    covers: ['src/node/threshold/wire.ts#readBegun'],
    samples: () => [rlpEncode([7, Uint8Array.of(2), Uint8Array.of(1, 2), [[2, Uint8Array.of(3)]]])],
    decode: readBegun,
  }),
  bytesDecoder({
    name: 'end of a round',
    covers: ['src/node/threshold/wire.ts#readEnd'],
    samples: () => [
      rlpEncode([0, Uint8Array.of(2), Uint8Array.of(1, 2), [[2, Uint8Array.of(3)]]]),
      rlpEncode([1, Uint8Array.of(1), Uint8Array.of(2)]),
      rlpEncode([3, new Uint8Array(65).fill(1)]),
      rlpEncode([4, Uint8Array.of(2), 1, utf8('a reason')]),
    ],
    decode: readEnd,
  }),
  bytesDecoder({
    name: 'message of a dealer',
    covers: ['src/node/threshold/wire.ts#shareRequest'],
    samples: () => [hexToBytes(keccak256(utf8('points')))],
    decode: async (broadcast) => {
      const { crypto } = await open()
      const places = [1, 2].map((index) => ({ old: null, new: index }))
      const ceremony = await crypto.share({ session, me: 1, places, threshold: 2 })
      return taken(ceremony, { broadcast, private: NOTHING })
    },
  }),
  bytesDecoder({
    name: 'message of a signer',
    weight: 0.2,
    covers: ['src/node/threshold/wire.ts#signRequest', 'src/node/threshold/wire.ts#stepRequest'],
    samples: async () => {
      const ceremony = await signing(2)
      ceremony.forget()
      return [ceremony.first.private.get(1) ?? NOTHING]
    },
    decode: async (message) => taken(await signing(1), { broadcast: NOTHING, private: message }),
  }),
  bytesDecoder({
    name: 'sealed message of a member',
    covers: ['src/node/threshold/envelope.ts#createMessageSeal'],
    samples: () => {
      const seal = createMessageSeal(other)
      return [NOTHING, utf8('what it says')].map((content, i) => seal.seal(me, { session, round: i + 1, content }))
    },
    decode: (bytes) => createMessageSeal(me).open(bytes, pubkeyOf),
  }),
  bytesDecoder({
    name: 'words of a member in a session',
    covers: [],
    samples: () => [rlpEncode([utf8('to all'), utf8('to one')]), rlpEncode([NOTHING, NOTHING])],
    decode: understood,
    encode: (words) => rlpEncode([words.broadcast, words.private]),
  }),
]
