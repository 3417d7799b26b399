import { bytesToHex, canonicalJson, malformed, utf8 } from '../../../../src/core/codec/index.js'
import {
  addressOfPublicKey,
  isCanonicalSignature,
  isPublicKey,
  recoverAddress,
  signDigest,
} from '../../../../src/core/consensus/crypto.js'
import { sealDigest } from '../../../../src/core/consensus/digest.js'
import { apply } from '../../../../src/core/consensus/machine.js'
import type { Content, L1Event, Message, Seal } from '../../../../src/core/consensus/types.js'
import { decodeMessage, decodeSeal, encodeMessage, l1Event } from '../../../../src/core/consensus/wire.js'
import type { Address, Hex } from '../../../../src/core/types/hex.js'
import { groupShape } from '../../../../src/devnet/groupShape.js'
import { groupOf } from '../../../../src/node/groupView.js'
import { flight, flying } from '../../../unit/consensus/batches.js'
import { hashOf, type Network } from '../../../unit/consensus/network.js'
import { bytesDecoder, type Decoder, textDecoder } from '../decoder.js'

/** A network in the middle of its life, and the messages that led there and further. */
function lived(): { network: Network; messages: Message[] } {
  const network = flight()
  network.l1(20)
  network.finishTerm()
  network.l1(40)
  network.checkpoint(network.state.checkpoint.number + 3)
  network.quorum({ kind: 'anew', generation: 0, lost: false })
  network.agree(flying(network))
  const recorded = network.log.map(({ message }) => message)
  const messages = [...recorded, ...furtherOf(network)]
  // One of each kind, so that long records don't crowd out the others.
  const kinds = new Map(
    messages.map((message) => [message.type === 'attestation' ? message.content.kind : message.type, message]),
  )
  return { network, messages: [...kinds.values(), ...furtherOf(network)] }
}

/** What can be said next. */
function furtherOf(network: Network): Message[] {
  const { term, checkpoint, proposed } = network.state
  const sealed = (text: string): Seal => {
    const seal = { term: term.term, number: checkpoint.number, hash: hashOf(text) }
    const key = network.key(term.sequencer)
    return { ...seal, signature: bytesToHex(signDigest(sealDigest(network.networkId, seal), key.privateKey)) }
  }
  const opening = network.request(term.opening[0])
  const [a = '0x', b = '0x'] = network.session(opening).signers
  const [dealer = '0x'] = proposed?.dealers ?? []
  const says = (member: Address, content: Content) => network.attestation(member, content)
  return [
    { type: 'evidence', seals: [sealed('one'), sealed('other')] },
    says(a, network.vote(checkpoint.number + 2)),
    says(b, { kind: 'stall', term: term.term, lastCheckpointNumber: checkpoint.number }),
    says(a, network.shared()),
    says(b, network.failed(a)),
    says(dealer, { kind: 'sharing', generation: 1, round: 1, broadcast: '0x010203' }),
    says(a, { kind: 'anew', generation: 0, lost: true }),
    says(a, network.unsigned(opening, { culprits: [b], ban: true, reason: 'it is silent' })),
    says(b, network.unsigned(flying(network), { outcome: 'refused', reason: 'its nonce is used' })),
    network.signed(opening),
    network.signed(flying(network)),
  ]
}

/** What is longer is nested too deep to be written. */
const MAX_TEXT = 20_000

let life: ReturnType<typeof lived> | undefined
const once = () => {
  life ??= lived()
  return life
}
/** What a member that lies says, with its own good signature. */
function signedAgain(network: Network, message: Message): Message {
  if (message.type !== 'attestation' || !network.keys.has(message.member)) return message
  return network.attestation(message.member, message.content)
}

const json = (value: unknown) => canonicalJson(value as never)

/** What peers and the record of consensus say. */
export const consensusDecoders: readonly Decoder[] = [
  textDecoder({
    name: 'consensus message',
    form: 'json',
    covers: ['src/core/consensus/wire.ts#decodeMessage'],
    weight: 3,
    samples: () => once().messages.map(json),
    decode: (text) => decodeMessage(utf8(text)),
    encode: (message: Message) => new TextDecoder().decode(encodeMessage(message)),
  }),
  textDecoder({
    name: 'consensus message, applied',
    form: 'json',
    covers: ['src/core/consensus/signed.ts#checkSigned'],
    weight: 0.5,
    samples: () => once().messages.map(json),
    decode: (text) => {
      const { network } = once()
      const message = signedAgain(network, decodeMessage(utf8(text.length > MAX_TEXT ? text : json(parsed(text)))))
      const before = json(network.state)
      const { refused } = apply(network.state, message, network.context)
      if (json(network.state) !== before) throw new Error('the state was changed in place')
      return refused
    },
  }),
  bytesDecoder({
    name: 'consensus message, bytes',
    covers: [],
    samples: () => once().messages.map(encodeMessage),
    decode: decodeMessage,
    encode: encodeMessage,
  }),
  textDecoder({
    name: 'seal',
    form: 'json',
    covers: ['src/core/consensus/wire.ts#decodeSeal'],
    samples: () => [json({ term: 2, number: 17, hash: hashOf('x'), signature: `0x${'5b'.repeat(65)}` })],
    decode: (text) => decodeSeal(parsed(text)),
  }),
  textDecoder({
    name: 'L1 event of the record',
    form: 'json',
    covers: ['src/core/consensus/wire.ts#l1Event'],
    samples: () =>
      [
        { type: 'stake', block: 9, id: 1, amount: 5n },
        {
          type: 'locked',
          block: 9,
          id: 1,
          signer: `0x${'11'.repeat(20)}`,
          pubkey: '0x',
          amount: 7n,
          activationBatch: 1,
        },
        { type: 'groupTransaction', block: 9, nonce: 1, hash: hashOf('a'), content: hashOf('b'), success: true },
      ].map(json),
    decode: (text): L1Event => l1Event(parsed(text), 'event', malformed('EVENT', 'event')),
  }),
  textDecoder({
    name: 'what a node says of its group',
    form: 'json',
    covers: ['src/devnet/groupShape.ts#groupShape'],
    samples: () => {
      const { genesis, state, time } = once().network
      return [JSON.stringify(groupOf({ genesis, consensus: { state } as never, now: () => time }))]
    },
    decode: (text) => groupShape(parsed(text), 'group', malformed('GROUP_STATUS_MALFORMED', 'group')),
  }),
  bytesDecoder({
    name: 'signature',
    covers: [],
    weight: 0.05,
    samples: () => [signDigest(new Uint8Array(32).fill(3), new Uint8Array(32).fill(1))],
    decode: (bytes) => {
      const signer = recoverAddress(new Uint8Array(32).fill(3), bytes)
      if (signer !== undefined && !isCanonicalSignature(bytes))
        throw new Error('a signature of another form has a signer')
      return signer
    },
  }),
  textDecoder({
    name: 'public key',
    form: 'text',
    covers: ['src/core/consensus/crypto.ts#addressOfPublicKey'],
    weight: 0.3,
    samples: () => [...once().network.keys.values()].map(({ pubkey }) => pubkey),
    decode: (text) => isPublicKey(text as Hex) && addressOfPublicKey(text as Hex),
  }),
]

/** What is no JSON never comes so far. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('NO_JSON', 'input')('it is no JSON')
  }
}
