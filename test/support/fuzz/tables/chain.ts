import { assembleBlock, parseBlock, parseParts } from '../../../../src/core/chain/block.js'
import { decodeExtraData, encodeExtraData } from '../../../../src/core/chain/extraData.js'
import {
  parseTransaction,
  signedEnvelope,
  signingDigest,
  type UnsignedTransaction,
} from '../../../../src/core/chain/transaction.js'
import {
  ByteReader,
  checksumAddress,
  hexToBytes,
  keccakBytes,
  normaliseHex,
  type RlpItem,
  rlpDecode,
  rlpEncode,
  utf8,
} from '../../../../src/core/codec/index.js'
import { signDigest } from '../../../../src/core/consensus/crypto.js'
import { withSidecar } from '../../../../src/core/l1/sidecar.js'
import type { Hex } from '../../../../src/core/types/hex.js'
import { bytesDecoder, type Decoder, textDecoder } from '../decoder.js'
import { hashOf, openScene } from '../scene.js'

/** Transactions of the group, as they are signed. */
function groupTransactions(): Uint8Array[] {
  const plain: UnsignedTransaction = {
    chainId: 31_337,
    nonce: 3,
    maxPriorityFeePerGas: 1n,
    maxFeePerGas: 10n ** 11n,
    gasLimit: 90_000n,
    to: `0x${'77'.repeat(20)}`,
    value: 0n,
    data: new Uint8Array(100).fill(7),
    blobs: [],
  }
  const blobs: UnsignedTransaction = { ...plain, maxFeePerBlobGas: 9n, blobs: [hashOf('blob'), hashOf('other')] }
  return [plain, blobs].map((each) => signedEnvelope(each, signDigest(signingDigest(each), keccakBytes(utf8('group')))))
}

const rlpSamples = (): RlpItem[] => [
  [],
  utf8('dog'),
  [utf8('cat'), [new Uint8Array(60), []], new Uint8Array(0)],
  new Uint8Array(300).fill(9),
]

/** Chain, transactions and their codecs. */
export const chainDecoders: readonly Decoder[] = [
  bytesDecoder<RlpItem>({
    name: 'RLP',
    covers: ['src/core/codec/rlp.ts#rlpDecode', 'src/core/codec/rlp.ts#rlpDecodeAt'],
    weight: 3,
    samples: () => rlpSamples().map((each) => rlpEncode(each)),
    decode: (bytes) => rlpDecode(bytes),
    encode: (item) => rlpEncode(item),
  }),
  bytesDecoder({
    name: 'bytes front to back',
    covers: ['src/core/codec/bytes.ts#fromBigEndian'],
    samples: () => [Uint8Array.of(5, 0x80, 1, 1, 2, 3, 4, 2, 7, 7, 9)],
    decode: (bytes) => {
      const reader = new ByteReader(bytes)
      const read = [reader.byte(), reader.count(1000), reader.uintNumber(4), reader.take(reader.uintNumber(1))]
      reader.varint()
      reader.end()
      return read
    },
  }),
  bytesDecoder({
    name: 'block',
    covers: [
      'src/core/chain/block.ts#parseBlock',
      'src/core/chain/block.ts#parseParts',
      'src/core/chain/header.ts#parseHeader',
    ],
    weight: 3,
    samples: async () => (await openScene()).blocks.map(({ encoded }) => encoded),
    decode: (bytes) => ({ ...parseParts(bytes), ...parseBlock(bytes) }),
    encode: ({ header, transactions, withdrawals }) => assembleBlock(header, transactions, withdrawals).encoded,
  }),
  bytesDecoder({
    name: 'transaction of the group',
    covers: ['src/core/chain/transaction.ts#parseTransaction'],
    weight: 2,
    samples: groupTransactions,
    decode: parseTransaction,
    encode: (read) => (read.accessListLength > 0 ? undefined : signedEnvelope(read, read.signature)),
  }),
  bytesDecoder({
    name: 'sidecar of a transaction',
    covers: ['src/core/l1/sidecar.ts#withSidecar'],
    weight: 0.2,
    samples: () => groupTransactions().slice(1),
    decode: (bytes) => {
      const proofs = Array(128).fill(new Uint8Array(48))
      return withSidecar(bytes, {
        blobs: [new Uint8Array(131_072)],
        commitments: [new Uint8Array(48)],
        cellProofs: [proofs],
      }).length
    },
  }),
  textDecoder({
    name: 'extraData',
    form: 'text',
    covers: ['src/core/chain/extraData.ts#decodeExtraData'],
    samples: () => [encodeExtraData({ term: 5, l1Origin: 900 }), encodeExtraData({ term: 0, l1Origin: 2 ** 53 - 1 })],
    decode: (text) => ({ read: decodeExtraData(text as Hex), text }),
    // Either case is read; what is written is lower.
    encode: ({ read, text }) => (text === text.toLowerCase() ? encodeExtraData(read) : undefined),
  }),
  textDecoder({
    name: 'hex',
    form: 'text',
    covers: ['src/core/codec/hex.ts#hexToBytes', 'src/core/codec/address.ts#checksumAddress'],
    samples: () => ['0x', '0xab01', `0x${'5A'.repeat(20)}`, hashOf('x')],
    decode: (text) => {
      const bytes = hexToBytes(text)
      if (bytes.length === 20) return [normaliseHex(text, 20), checksumAddress(text)]
      return bytes
    },
  }),
]
