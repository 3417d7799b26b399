import { findKey } from '../../../../src/signers/keystore.js'
import { decryptKey, encryptKey, readHeader } from '../../../../src/signers/keystoreV3.js'
import { deviceOf, readLedgerState } from '../../../../src/signers/ledger/device.js'
import { answerOf, packetsOf } from '../../../../src/signers/ledger/hidFraming.js'
import { newTransport } from '../../../../src/signers/ledger/packages.js'
import { readPasswordFile } from '../../../../src/signers/password.js'
import { readRecordings } from '../../ledger/recordings.js'
import { bytesDecoder, type Decoder, textDecoder } from '../decoder.js'
import { triedFile } from '../place.js'

const CHANNEL = 0x0101
const KEY = `0x${'5a'.repeat(32)}` as const
const PASSWORD = 'correct horse'

/** A Ledger that answers everything with the same bytes. */
function device(answer: Uint8Array) {
  const transport = newTransport({ exchange: async () => Buffer.from(answer), close: async () => undefined })
  return deviceOf({ transport, model: 'Ledger', bounded: (work) => work })
}

const path = "m/44'/60'/0'/0/0"
const unsigned = `0x02${'e5'}0105808080${`94${'11'.repeat(20)}`}8080c0` as const

/** Answers with an app, a configuration, an address or a signature, as they were recorded. */
async function answers(): Promise<Uint8Array[]> {
  const recorded = (await readRecordings())
    .map(({ answer }) => Buffer.from(answer, 'hex'))
    .filter(({ length }) => length > 2)
  const app = Buffer.concat([
    Buffer.of(1, 8),
    Buffer.from('Ethereum'),
    Buffer.of(6),
    Buffer.from('1.14.0'),
    Buffer.of(1, 0, 0x90, 0),
  ])
  return [app, Buffer.of(1, 1, 14, 0, 0x90, 0), ...new Map(recorded.map((each) => [each.length, each])).values()]
}

/** Keystores, passwords, and what a Ledger says. */
export const signerDecoders: readonly Decoder[] = [
  bytesDecoder({
    name: 'USB packets of a Ledger',
    covers: ['src/signers/ledger/hidFraming.ts#answerOf'],
    samples: () => [10, 67, 300].map((length) => Buffer.concat(packetsOf(CHANNEL, Buffer.alloc(length, 7)))),
    decode: (bytes) => {
      const reader = answerOf(CHANNEL)
      for (let at = 0; at < bytes.length; at += 64) {
        const whole = reader.add(Buffer.from(bytes.subarray(at, at + 64)))
        if (whole !== undefined) return whole
      }
      return undefined
    },
  }),
  bytesDecoder({
    name: 'answer of a Ledger',
    covers: ['src/signers/ledger/device.ts#readLedgerState', 'src/signers/ledger/answers.ts#exchangeError'],
    weight: 0.2,
    samples: async () => [(await answers())[0] ?? new Uint8Array()],
    decode: async (bytes) => readLedgerState(device(bytes)),
  }),
  bytesDecoder({
    name: 'address and signature of a Ledger',
    covers: [],
    weight: 0.2,
    samples: answers,
    decode: async (bytes) => {
      const ledger = device(bytes)
      const all = [
        () => ledger.app(),
        () => ledger.blindSigning(),
        () => ledger.address(path),
        () => ledger.signMessage(path, new Uint8Array(5)),
        () => ledger.signTransaction(path, unsigned),
      ]
      // Each answer is that of one of them at most.
      const read = await Promise.allSettled(all.map((each) => each()))
      const failed = read.find(
        (each) => each.status === 'rejected' && (each.reason as { name?: string }).name !== 'MetisSeqError',
      )
      if (failed?.status === 'rejected') throw failed.reason
    },
  }),
  textDecoder({
    name: 'keystore',
    form: 'json',
    covers: ['src/signers/keystoreV3.ts#readHeader'],
    samples: async () => [await encryptKey(KEY, PASSWORD, 'light')],
    decode: (text) => readHeader(text, 'the file'),
  }),
  textDecoder({
    name: 'keystore, decrypted',
    form: 'json',
    covers: ['src/signers/keystoreV3.ts#decryptKey'],
    weight: 0.02,
    // The work that the file names, within bounds, in the package's own pace.
    limit: 4000,
    samples: async () => [await encryptKey(KEY, PASSWORD, 'light')],
    decode: (text) => decryptKey(text, PASSWORD, 'the file'),
  }),
  textDecoder({
    name: 'keystore in its folder',
    form: 'json',
    covers: ['src/signers/keystore.ts#readKey', 'src/signers/keystore.ts#findKey'],
    weight: 0.02,
    samples: async () => [await encryptKey(KEY, PASSWORD, 'light')],
    decode: async (text) => findKey('', await triedFile('key.json', text)),
  }),
  textDecoder({
    name: 'password file',
    form: 'text',
    covers: ['src/signers/password.ts#readPasswordFile'],
    weight: 0.1,
    secret: true,
    samples: () => ['correct horse battery\n', 'correct horse battery staple\r\n'],
    decode: async (text) => readPasswordFile(await triedFile('password', text)),
  }),
]
