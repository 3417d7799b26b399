import { Network as ChainNetwork, JsonRpcProvider } from 'ethers'
import type { Genesis } from '../../../../src/core/genesis/types.js'
import { askDevnet } from '../../../../src/devnet/client.js'
import { readGroup } from '../../../../src/devnet/groupStatus.js'
import { readRotation, readTerm } from '../../../../src/devnet/rotation.js'
import { presetNetwork } from '../../../../src/l1/addressBook.js'
import type { L1Client } from '../../../../src/l1/client.js'
import { requestTo } from '../../../../src/l1/client.js'
import { readKnownSequencers } from '../../../../src/l1/consensus.js'
import { discoverNetwork } from '../../../../src/l1/discover.js'
import { missingContracts, readHead, readSyncing } from '../../../../src/l1/examine.js'
import { readFeeChoices } from '../../../../src/l1/fees.js'
import { askChainId } from '../../../../src/l1/probe.js'
import { readBatchShares, readRewardHistory } from '../../../../src/l1/rewards.js'
import {
  openReader,
  readPool,
  readRecord,
  readRoles,
  readWhitelist,
  readWhitelisted,
} from '../../../../src/l1/staking.js'
import { createJsonRpc, fetchJson } from '../../../../src/node/bridge/rpc.js'
import { createL1Source } from '../../../../src/node/bridge/source.js'
import { createL1View } from '../../../../src/node/bridge/view.js'
import { answers, ID } from '../answers.js'
import { type Decoder, textDecoder } from '../decoder.js'
import { triedFile, triedFolder } from '../place.js'
import { hashOf } from '../scene.js'
import { descriptorText } from './files.js'

/** Over loopback each takes a round. */
const weight = 0.03
const word = (value: number) => value.toString(16).padStart(64, '0')
const rpc = (result: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 'ID', result }).replace('"ID"', ID)

const block = {
  number: '0x9',
  hash: hashOf('block'),
  parentHash: hashOf('parent'),
  mixHash: hashOf('mix'),
  baseFeePerGas: '0x3b9aca00',
  timestamp: '0x65',
  transactions: [],
}
const transaction = {
  hash: hashOf('tx'),
  from: `0x${'11'.repeat(20)}`,
  to: null,
  nonce: '0x5',
  input: '0x',
  blockNumber: '0x9',
}

const group = {
  address: transaction.from,
  threshold: 3,
  generation: 1,
  since: 5,
  able: 4,
  members: [],
  sharing: null,
  former: { address: transaction.from, members: [transaction.from], threshold: 3, step: 1, steps: 9 },
  departed: { members: [transaction.from], threshold: 3 },
  requests: [],
  signatures: [],
  sessions: 7,
}

/** One whose every answer comes from the server. */
async function client(): Promise<L1Client> {
  const { url } = await answers()
  const network = presetNetwork('sepolia')
  const provider = new JsonRpcProvider(requestTo(url), ChainNetwork.from(network.l1ChainId), {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
  })
  return { network, url, provider, close: () => provider.destroy() }
}

interface Asked {
  name: string
  covers: readonly string[]
  samples: readonly string[]
  ask: (url: string) => Promise<unknown>
}

const NETWORK = `0x${'ee'.repeat(32)}` as const

function asked({ name, covers, samples, ask }: Asked): Decoder {
  return textDecoder({
    name,
    form: 'json',
    covers,
    weight,
    limit: 1000,
    samples: () => samples,
    decode: async (text) => {
      const server = await answers()
      server.text = text
      server.otherwise = { eth_getBlockByNumber: fullBlock }
      return ask(server.url)
    },
  })
}

async function withClient<T>(work: (client: L1Client) => Promise<T>): Promise<T> {
  const open = await client()
  try {
    return await work(open)
  } finally {
    open.close()
  }
}

const genesis = {
  l1: { confirmations: 0, lockingInfo: `0x${'11'.repeat(20)}`, bridge: `0x${'22'.repeat(20)}` },
  group: { address: `0x${'33'.repeat(20)}` },
  consensus: { snapshotInterval: 8, entropyDelay: 4 },
} as unknown as Genesis

const methods = (answered: Readonly<Record<string, unknown>>) => JSON.stringify({ methods: answered })
const fullBlock = {
  ...block,
  nonce: '0x0000000000000000',
  difficulty: '0x0',
  gasLimit: '0x1c9c380',
  gasUsed: '0x0',
  miner: `0x${'11'.repeat(20)}`,
  extraData: '0x',
}

/** What answers over HTTP: endpoints of L1, nodes, the door of a devnet. */
export const httpDecoders: readonly Decoder[] = [
  asked({
    name: 'answer of an L1 node to the node',
    covers: ['src/node/bridge/rpc.ts#fetchJson', 'src/node/bridge/rpc.ts#createJsonRpc'],
    samples: [rpc('0x1'), rpc(null), rpc(block)],
    ask: async (url) => {
      await fetchJson({ url })
      return createJsonRpc({ url }).call('eth_getBlockByNumber', ['latest', false])
    },
  }),
  asked({
    name: 'transaction and blobs of an L1 node',
    covers: ['src/node/bridge/source.ts#createL1Source'],
    samples: [rpc(transaction), rpc(null)],
    ask: async (url) => createL1Source({ url }).transaction(hashOf('tx')),
  }),
  asked({
    name: 'blobs of a Beacon API',
    covers: [],
    samples: [JSON.stringify({ data: [`0x${'00'.repeat(131_072)}`] }), rpc(`0x${'00'.repeat(131_072)}`)],
    ask: async (url) => {
      if ((await answers()).text.includes('jsonrpc')) return createL1Source({ url }).blobs(9, [hashOf('blob')])
      return fetchJson({ url })
    },
  }),
  asked({
    name: 'head of L1 as the node sees it',
    covers: ['src/node/bridge/view.ts#createL1View'],
    samples: [rpc(block)],
    ask: async (url) => {
      const view = createL1View({ url, genesis, pollMs: 60_000 })
      try {
        return await view.finalHeight()
      } finally {
        await view.close()
      }
    },
  }),
  asked({
    name: 'head and progress of an endpoint',
    covers: [
      'src/l1/examine.ts#readHead',
      'src/l1/examine.ts#readSyncing',
      'src/l1/probe.ts#askRpc',
      'src/l1/probe.ts#askChainId',
      'src/l1/examine.ts#missingContracts',
    ],
    samples: [rpc(block), rpc('0x1'), rpc(false), rpc({ currentBlock: '0x1', highestBlock: '0x2' })],
    ask: async (url) => {
      const { contracts } = presetNetwork('sepolia')
      const all = await Promise.allSettled([
        readHead(url),
        readSyncing(url),
        askChainId(url),
        missingContracts(url, contracts),
      ])
      return untyped(all)
    },
  }),
  asked({
    name: 'fees and rewards of an endpoint',
    covers: [
      'src/l1/fees.ts#readFeeChoices',
      'src/l1/fees.ts#readFees',
      'src/l1/rewards.ts#readRewardHistory',
      'src/l1/rewards.ts#readBatchShares',
    ],
    samples: [rpc(block), rpc([]), rpc({ reward: [['0x1', '0x2', '0x3']] }), rpc(transaction)],
    ask: () =>
      withClient(async (open) => {
        const batch = { id: 1n, rewardPerBlock: 1n, transaction: hashOf('tx') } as never
        return untyped(
          await Promise.allSettled([
            readFeeChoices(open),
            readRewardHistory(open, 200),
            readBatchShares(open, [batch], '0x'),
          ]),
        )
      }),
  }),
  asked({
    name: 'contracts of a network',
    covers: ['src/l1/discover.ts#discoverNetwork'],
    samples: [rpc('0xaa36a7')],
    ask: async (url) =>
      untyped(await Promise.allSettled([discoverNetwork('mine', { lockingPool: `0x${'11'.repeat(20)}` }, url)])),
  }),
  asked({
    name: 'state of the contracts',
    covers: [
      'src/l1/staking.ts#openReader',
      'src/l1/staking.ts#readPool',
      'src/l1/staking.ts#readRecord',
      'src/l1/staking.ts#readRoles',
      'src/l1/staking.ts#readWhitelist',
      'src/l1/staking.ts#readWhitelisted',
    ],
    samples: [methods({ eth_call: `0x${word(1).repeat(40)}` })],
    ask: () =>
      withClient(async (open) =>
        untyped(
          await Promise.allSettled([
            openReader(open).then((reader) => Promise.all([readPool(reader), readRecord(reader, 1n)])),
            readRoles(open, [`0x${'11'.repeat(20)}`]),
            readWhitelist(open, [`0x${'11'.repeat(20)}`]),
            readWhitelisted(open, `0x${'11'.repeat(20)}`),
          ]),
        ),
      ),
  }),
  asked({
    name: 'range of L1',
    covers: [],
    samples: [methods({ eth_getBlockByNumber: block, eth_getLogs: [] })],
    ask: async (url) => {
      const view = createL1View({ url, genesis, pollMs: 60_000 })
      try {
        return await view.range(9, 9, genesis.group.address)
      } finally {
        await view.close()
      }
    },
  }),
  asked({
    name: 'rotation of a node',
    covers: ['src/devnet/rotation.ts#readRotation'],
    samples: [JSON.stringify({ head: 5, current: { term: 1 }, history: [] })],
    ask: (url) => readRotation(url),
  }),
  asked({
    name: 'term of a node',
    covers: ['src/devnet/rotation.ts#readTerm'],
    samples: [JSON.stringify({ networkId: NETWORK, term: { term: 3 } })],
    ask: (url) => readTerm(url, NETWORK),
  }),
  asked({
    name: 'group of a node',
    covers: ['src/devnet/groupStatus.ts#readGroup', 'src/devnet/rest.ts#readRest'],
    samples: [JSON.stringify(group)],
    ask: (url) => readGroup(url),
  }),
  asked({
    name: 'sequencers of a node',
    covers: ['src/l1/consensus.ts#readKnownSequencers'],
    samples: [JSON.stringify({ sequencers: [{ id: 1, address: '0x', stake: '5', active: true, jailed: false }] })],
    ask: (url) => readKnownSequencers(url),
  }),
  asked({
    name: 'answer of the door of a devnet',
    covers: ['src/devnet/client.ts#askDevnet'],
    samples: [descriptorText()],
    ask: async (url) => {
      await triedFile('control.json', JSON.stringify({ version: 1, pid: 1, url, token: 'a' }))
      return askDevnet(triedFolder())
    },
  }),
]

/** @throws what one of several rejected with that is none of our errors */
function untyped(all: readonly PromiseSettledResult<unknown>[]): undefined {
  for (const each of all)
    if (each.status === 'rejected' && (each.reason as { name?: string }).name !== 'MetisSeqError') throw each.reason
}
