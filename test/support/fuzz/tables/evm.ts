import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeReceipts } from '../../../../src/core/chain/receipt.js'
import { rlpEncode } from '../../../../src/core/codec/index.js'
import type { Genesis } from '../../../../src/core/genesis/types.js'
import type { Block } from '../../../../src/core/ports/execution.js'
import { refusalError } from '../../../../src/node/execution/embedded/evm/refusals.js'
import { readFinished, readGenesis, readOutcomes } from '../../../../src/node/execution/embedded/evm/wire.js'
import { exportSnapshot, lookAtSnapshot } from '../../../../src/node/snapshot.js'
import { next, openRig, sign, wallet } from '../../../unit/execution/support.js'
import { bytesDecoder, type Decoder } from '../decoder.js'
import { triedFile } from '../place.js'
import { openScene } from '../scene.js'

const bytes = (length: number) => new Uint8Array(length).fill(5)
const receipts = (block: Block) =>
  rlpEncode(
    block.transactionHashes.map((_, i) => [
      2,
      i % 2,
      bytes(20),
      bytes(20),
      new Uint8Array(0),
      21_000 * (i + 1),
      21_000,
      9,
      [[bytes(20), [bytes(32)], bytes(40)]],
      bytes(256),
    ]),
  )

/** A reply of the engine to `finish`, as it writes it. */
const finished = () =>
  rlpEncode([
    ...Array.from({ length: 5 }, () => bytes(32)),
    bytes(256),
    21_000,
    bytes(64),
    bytes(100),
    [bytes(32), bytes(70), bytes(32), bytes(80)],
    [bytes(32), bytes(5)],
  ])

async function snapshot(): Promise<Uint8Array> {
  const root = mkdtempSync(join(tmpdir(), 'metis-seq-snapshot-'))
  try {
    const rig = await openRig(undefined, join(root, 'chain'))
    await rig.engine.execute([await sign(wallet(0), 0, { to: wallet(1).address, value: 1n })], next(rig.engine))
    await rig.engine.close()
    const path = join(root, 'file')
    await exportSnapshot({ genesis: { l2: rig.genesis } as Genesis, directory: root, path, block: 1 })
    return await readFile(path)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** The engine, its replies, and what goes into it from peers and files. */
export const evmDecoders: readonly Decoder[] = [
  bytesDecoder({
    name: 'receipts on disk',
    covers: ['src/core/chain/receipt.ts#decodeReceipts'],
    samples: async () => (await openScene()).blocks.slice(0, 1).map(receipts),
    decode: async (encoded) => {
      const [block] = (await openScene()).blocks
      return block && decodeReceipts(encoded, block)
    },
  }),
  bytesDecoder({
    name: 'outcomes of the engine',
    covers: ['src/node/execution/embedded/evm/wire.ts#readOutcomes'],
    samples: () => [rlpEncode([new Uint8Array(0), [Buffer.from('nonce too low'), 1]])],
    decode: readOutcomes,
  }),
  bytesDecoder({
    name: 'finished block of the engine',
    covers: ['src/node/execution/embedded/evm/wire.ts#readFinished'],
    samples: () => [finished()],
    decode: readFinished,
  }),
  bytesDecoder({
    name: 'genesis of the engine',
    covers: ['src/node/execution/embedded/evm/wire.ts#readGenesis'],
    samples: () => [rlpEncode([bytes(32), [bytes(32), bytes(70)], []])],
    decode: readGenesis,
  }),
  bytesDecoder({
    name: 'refusal of the engine',
    covers: ['src/node/execution/embedded/evm/refusals.ts#refusalError'],
    samples: () => [rlpEncode([Buffer.from('INPUT'), Buffer.from('too long'), bytes(32)])],
    decode: (encoded) => refusalError('call', encoded),
  }),
  bytesDecoder({
    name: 'transaction of a user',
    covers: ['src/node/execution/embedded/senders/transactions.ts#invalidTransaction'],
    weight: 0.3,
    samples: async () => (await openScene()).raws,
    decode: async (raw) => {
      const { rig } = await openScene()
      await rig.engine.recoverSenders([raw])
      const transaction = rig.engine.decodeTransaction(raw)
      if (Buffer.compare(transaction.raw, raw) !== 0) throw new Error('it is another envelope now')
      return transaction
    },
  }),
  bytesDecoder({
    name: 'block of a peer',
    covers: [],
    weight: 0.3,
    samples: async () => [(await openScene()).next.encoded],
    decode: async (encoded) => {
      const { rig } = await openScene()
      const parent = rig.engine.head()
      // Time and assignment are for consensus to check: another block may be a valid one.
      const block = await rig.engine.import(encoded)
      await rig.engine.rewind(parent.hash)
      return block
    },
  }),
  bytesDecoder({
    name: 'transactions of a block of a peer',
    covers: [],
    weight: 0.1,
    samples: async () => (await openScene()).raws,
    decode: async (raw) => {
      const { rig } = await openScene()
      const before = rig.engine.head()
      // Refused ones are left out, and whatever is in them must not break off the engine.
      const { rejected } = await rig.engine.execute([raw], next(rig.engine))
      await rig.engine.rewind(before.hash)
      const broken = rejected.find(({ reason }) => reason.includes('breaks off'))
      if (broken !== undefined) throw new Error(`the engine breaks off on it: ${broken.reason}`)
    },
  }),
  bytesDecoder({
    name: 'snapshot',
    covers: ['src/node/snapshot.ts#lookAtSnapshot', 'src/node/execution/embedded/snapshot/snapshot.ts#readSnapshot'],
    weight: 0.05,
    limit: 500,
    samples: async () => [await snapshot()],
    decode: async (file) => lookAtSnapshot(await triedFile('snapshot', file)),
  }),
]
