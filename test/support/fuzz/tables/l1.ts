import { Interface } from 'ethers'
import type { Genesis } from '../../../../src/core/genesis/types.js'
import {
  bigQuantity,
  type L1Log,
  parseL1Block,
  parseL1Logs,
  parseL1Receipt,
  parseL1Transaction,
  quantity,
} from '../../../../src/core/l1/answers.js'
import { eventsOfBlock, L1_TOPICS } from '../../../../src/core/l1/events.js'
import type { Address, Hex } from '../../../../src/core/types/hex.js'
import { bridgeAbi } from '../../../../src/l1/abi/bridge.js'
import { lockingInfoAbi } from '../../../../src/l1/abi/lockingInfo.js'
import { lockingPoolAbi } from '../../../../src/l1/abi/lockingPool.js'
import { decodeRevert, revertData } from '../../../../src/l1/reverts.js'
import { readSigned } from '../../../../src/l1/send/signed.js'
import { redactUrl } from '../../../../src/l1/url.js'
import { revertReason } from '../../../../src/node/api/rpc/revert.js'
import { wallet } from '../../../unit/execution/support.js'
import { type Decoder, textDecoder } from '../decoder.js'
import { hashOf } from '../scene.js'
import { parsed } from './consensus.js'

const lockingInfo: Address = `0x${'11'.repeat(20)}`
const bridge: Address = `0x${'22'.repeat(20)}`
const group: Address = `0x${'33'.repeat(20)}`
const genesis = {
  l1: { lockingInfo, bridge },
  consensus: { snapshotInterval: 8, entropyDelay: 4 },
} as unknown as Genesis

const transaction = {
  hash: hashOf('tx'),
  from: group,
  to: bridge,
  nonce: '0x5',
  input: '0xabcdef',
  blobVersionedHashes: [hashOf('blob')],
  blockNumber: '0x9',
}
const block = {
  number: '0x9',
  hash: hashOf('block'),
  parentHash: hashOf('parent'),
  mixHash: hashOf('mix'),
  parentBeaconBlockRoot: hashOf('beacon'),
  baseFeePerGas: '0x3b9aca00',
  transactions: [transaction, { ...transaction, from: bridge }],
}

function log(address: Address, abi: readonly string[], name: string, values: unknown[]) {
  const { data, topics } = new Interface(abi).encodeEventLog(name, values)
  return { address, topics, data, logIndex: '0x0', blockNumber: '0x9', blockHash: block.hash }
}

const key = `0x${'ab'.repeat(64)}`
const logs = () => [
  log(lockingInfo, lockingInfoAbi, 'Locked', [group, 7, 1, 3, 20n, 90n, key]),
  log(lockingInfo, lockingInfoAbi, 'LockUpdate', [7, 2, 25n]),
  log(lockingInfo, lockingInfoAbi, 'SignerChange', [7, 2, lockingInfo, group, key]),
  log(lockingInfo, lockingInfoAbi, 'UnlockInit', [group, 7, 2, 5, 100, 200, 25n]),
  log(lockingInfo, lockingInfoAbi, 'BatchSubmitReward', [6]),
  log(bridge, bridgeAbi, 'DepositQueued', [4, bridge, group, bridge, 12n]),
]

const pool = new Interface([...lockingPoolAbi, ...bridgeAbi])
const reverts = (): string[] => [
  new Interface(['error Error(string)']).encodeErrorResult('Error', ['withdraw throttle']),
  new Interface(['error Panic(uint256)']).encodeErrorResult('Panic', [0x11]),
  pool.encodeErrorResult('NotWhitelisted', []),
]
const json = (value: unknown) => JSON.stringify(value)

/** What L1 nodes answer, and what its contracts say. */
export const l1Decoders: readonly Decoder[] = [
  textDecoder({
    name: 'L1 block',
    form: 'json',
    covers: ['src/core/l1/answers.ts#parseL1Block'],
    samples: () => [json(block)],
    decode: (text) => parseL1Block(parsed(text), group),
  }),
  textDecoder({
    name: 'L1 transaction',
    form: 'json',
    covers: ['src/core/l1/answers.ts#parseL1Transaction'],
    samples: () => [json(transaction), json({ ...transaction, to: null, blockNumber: null })],
    decode: (text) => parseL1Transaction(parsed(text)),
  }),
  textDecoder({
    name: 'L1 logs and their events',
    form: 'json',
    covers: ['src/core/l1/answers.ts#parseL1Logs', 'src/core/l1/events.ts#eventsOfBlock'],
    weight: 2,
    samples: () => [json(logs()), ...logs().map((each) => json([each]))],
    decode: (text) => {
      const found: L1Log[] = parseL1Logs(parsed(text))
      return eventsOfBlock(
        genesis,
        parseL1Block(block, group),
        found.filter(({ topics }) => L1_TOPICS.includes(topics[0] ?? '0x')),
        [],
      )
    },
  }),
  textDecoder({
    name: 'L1 receipt',
    form: 'json',
    covers: ['src/core/l1/answers.ts#parseL1Receipt'],
    weight: 0.5,
    samples: () => [json({ status: '0x1', blockHash: block.hash })],
    decode: (text) => parseL1Receipt(parsed(text)),
  }),
  textDecoder({
    name: 'quantity of L1',
    form: 'text',
    covers: ['src/core/l1/answers.ts#quantity', 'src/core/l1/answers.ts#bigQuantity'],
    weight: 0.5,
    samples: () => ['0x0', '0xff', `0x${'f'.repeat(64)}`],
    decode: (text) => (text.length < 10 ? quantity(text, 'number') : bigQuantity(text, 'number')),
  }),
  textDecoder({
    name: 'revert data',
    form: 'text',
    covers: [
      'src/l1/reverts.ts#decodeRevert',
      'src/node/api/rpc/revert.ts#revertReason',
      'src/l1/reverts.ts#revertData',
    ],
    weight: 0.5,
    samples: reverts,
    decode: (text) => {
      const known = decodeRevert(revertData({ data: text }))
      return [known, /^0x([0-9a-f]{2})*$/.test(text) && revertReason(text as Hex)]
    },
  }),
  textDecoder({
    name: 'transaction that was signed elsewhere',
    form: 'text',
    covers: ['src/l1/send/signed.ts#readSigned'],
    weight: 0.1,
    samples: async () => [
      await wallet(0).signTransaction({
        type: 2,
        chainId: 1,
        nonce: 1,
        to: bridge,
        gasLimit: 21_000,
        maxFeePerGas: 9n,
        maxPriorityFeePerGas: 1n,
      }),
    ],
    decode: (text) => readSigned(text as Hex),
  }),
  textDecoder({
    name: 'URL, as it may be shown',
    form: 'text',
    covers: ['src/l1/url.ts#redactUrl'],
    weight: 0.5,
    samples: () => ['https://user:geheimnis@node.example:8545/v3/0123456789abcdef0123456789abcdef?key=geheimnis'],
    decode: (text) => {
      const shown = redactUrl(text)
      const { username, password, search, hash } = new URL(URL.canParse(shown) ? shown : 'http://none')
      if (`${username}${password}${search}${hash}` !== '') throw new Error(`shows ${shown}`)
      return shown
    },
  }),
]
