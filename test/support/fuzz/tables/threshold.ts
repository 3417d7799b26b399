import { hexToBytes, keccak256, rlpEncode, utf8 } from '../../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../../src/core/errors/index.js'
import type { ThresholdCrypto } from '../../../../src/core/ports/threshold.js'
import { readGroupKey } from '../../../../src/core/threshold/publicKey.js'
import { engineModule } from '../../../../src/engines/module.js'
import { Refused, ThresholdInstance } from '../../../../src/node/threshold/instance.js'
import { readBegun, readEnd, shareRequest, signRequest, stepRequest } from '../../../../src/node/threshold/wire.js'
import { generate, type Shared } from '../../threshold/ceremonies.js'
import { bytesDecoder, type Decoder } from '../decoder.js'

const session = keccak256(utf8('fuzz'))
const digest = keccak256(utf8('what is signed'))
const NOTHING = new Uint8Array()
/** The generator of the curve. */
const point = hexToBytes('0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')

/** The engine in this thread, and a key that two of two sign with. */
interface Engine {
  instance: ThresholdInstance
  key: Shared
}

let engine: Promise<Engine> | undefined
const opened = () => {
  engine ??= engineModule('threshold').then(async (module) => {
    const instance = new ThresholdInstance(module)
    const begin = (name: 'share' | 'sign', request: Uint8Array) => {
      const { handle, first } = readBegun(instance.invoke(name, request))
      return {
        first,
        step: async (incoming: Parameters<typeof stepRequest>[1]) =>
          readEnd(instance.invoke('step', stepRequest(handle, incoming))),
        forget: () => instance.forget(handle),
      }
    }
    const crypto: ThresholdCrypto = {
      share: async (request) => begin('share', shareRequest(request)),
      sign: async (request) => begin('sign', signRequest(request)),
      close: async () => undefined,
    }
    return { instance, key: await generate([crypto, crypto], 2, session) }
  })
  return engine
}

function signing({ instance, key }: Engine, me: number) {
  const share = key.shares.get(me) ?? NOTHING
  return readBegun(instance.invoke('sign', signRequest({ session, signers: [1, 2], digest, share })))
}

/** What a member makes of one message of another. */
function taken(instance: ThresholdInstance, handle: number, message: { broadcast: Uint8Array; private: Uint8Array }) {
  try {
    const end = readEnd(instance.invoke('step', stepRequest(handle, new Map([[2, message]]))))
    if (end.kind === 'failed') throw new MetisSeqError('THRESHOLD_MESSAGE', end.reason)
    return end
  } finally {
    instance.forget(handle)
  }
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
    refusal: (error) => error instanceof Refused,
    covers: ['src/node/threshold/wire.ts#shareRequest'],
    samples: () => [hexToBytes(keccak256(utf8('points')))],
    decode: async (broadcast) => {
      const { instance } = await opened()
      const places = [1, 2].map((index) => ({ old: null, new: index }))
      const { handle } = readBegun(instance.invoke('share', shareRequest({ session, me: 1, places, threshold: 2 })))
      return taken(instance, handle, { broadcast, private: NOTHING })
    },
  }),
  bytesDecoder({
    name: 'message of a signer',
    weight: 0.2,
    refusal: (error) => error instanceof Refused,
    covers: ['src/node/threshold/wire.ts#signRequest', 'src/node/threshold/wire.ts#stepRequest'],
    samples: async () => {
      const own = await opened()
      const { handle, first } = signing(own, 2)
      own.instance.forget(handle)
      return [first.private.get(1) ?? NOTHING]
    },
    decode: async (message) => {
      const own = await opened()
      return taken(own.instance, signing(own, 1).handle, { broadcast: NOTHING, private: message })
    },
  }),
]
