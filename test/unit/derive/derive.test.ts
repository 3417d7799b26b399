import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { encodeInbox } from '../../../src/core/batching/inbox.js'
import { encodeBatch2 } from '../../../src/core/batching/layout2/encode.js'
import type { Batch } from '../../../src/core/batching/layout2/types.js'
import { batchToBlobs, versionedHash } from '../../../src/core/batching/payload.js'
import { blockAttributes } from '../../../src/core/chain/attributes.js'
import { stateRootsCalldata } from '../../../src/core/chain/stateRoots.js'
import { signedEnvelope, signingDigest } from '../../../src/core/chain/transaction.js'
import { bytesToHex, hexToBytes } from '../../../src/core/codec/index.js'
import { recoverAddress, signDigest } from '../../../src/core/consensus/crypto.js'
import { networkIdOf, sealDigest } from '../../../src/core/consensus/digest.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Block, ExecutionEngine } from '../../../src/core/ports/execution.js'
import type { Kzg, L1Sender, L1Source, L1View } from '../../../src/core/ports/l1.js'
import type { Hash, Hex } from '../../../src/core/types/hex.js'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { deployContracts, L2_METIS } from '../../../src/l1/deploy.js'
import { type Derived, type DeriveOptions, deriveChain } from '../../../src/l1/derive.js'
import { createKzg } from '../../../src/node/batcher/kzg.js'
import { createL1Sender } from '../../../src/node/bridge/sender.js'
import { createL1Source } from '../../../src/node/bridge/source.js'
import { createL1View } from '../../../src/node/bridge/view.js'
import { createEmbeddedEngine } from '../../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { type Anvil, startAnvil } from '../../support/anvil.js'
import { testGenesis, testKey } from '../../support/network.js'

const group = testKey(1)
const sequencer = testKey(3)
const recipient: Hex = `0x${'ab'.repeat(20)}`
const WAIT = { timeout: 20_000, interval: 20 }
let anvil: Anvil
let directory: string
let genesis: Genesis
let kzg: Kzg
let view: L1View
let sender: L1Sender
let source: L1Source
let engine: ExecutionEngine
let blocks: Block[]
let l1Nonce = 0
let unpublished: string
let folders = 0

beforeAll(async () => {
  anvil = await startAnvil()
  kzg = createKzg()
  directory = await mkdtemp(join(tmpdir(), 'metis-seq-test-'))
  const [deployer] = await Promise.all([anvil.wallet(0), anvil.wallet(1)])
  const contracts = await deployContracts(deployer, { group: group.address, admin: group.address, l2ChainId: 1001n })
  const startBlock = contracts.blockNumber + 1
  const startParentHash = (await anvil.provider.getBlock(contracts.blockNumber))?.hash as Hash
  genesis = await testGenesis({
    contracts,
    group: group.address,
    sequencer: sequencer.address,
    startBlock,
    startParentHash,
  })
  view = createL1View({ url: anvil.url, genesis, pollMs: 50 })
  sender = createL1Sender({ url: anvil.url, kzg })
  source = createL1Source({ url: anvil.url })
  engine = await newEngine()

  const metis = new Contract(contracts.metis, erc20Abi, deployer)
  await (await metis.getFunction('approve')(contracts.bridge, 2n ** 255n)).wait()
  const bridge = new Contract(contracts.bridge, bridgeAbi, deployer)
  for (const amount of [2n * 10n ** 9n + 600_000_000n, 400_000_000n]) {
    const args = [1001n, contracts.metis, L2_METIS, recipient, amount, 0, '0x', { value: 10n ** 18n }]
    await (await bridge.getFunction('depositERC20ToByChainId')(...args)).wait()
  }
  const origin = await anvil.provider.getBlockNumber()
  blocks = await sealedBlocks(origin)
  unpublished = await anvil.provider.send('evm_snapshot', [])
  await publish(batchOf(blocks)) // anvil takes seconds over its first blob
  await send({ to: genesis.l1.stateCommitmentChain, data: rootsOf(blocks) })
  await settle()
})
afterAll(async () => {
  await Promise.all([view?.close(), kzg?.close(), engine?.close(), anvil?.stop()])
  await rm(directory, { recursive: true, force: true })
})

it('gives every block and hash back from L1 alone, deposits with their dust included', async () => {
  const compare = async (number: number) => (await engine.blockByNumber(number))?.hash
  const derived = await derive({ compare })
  expect(derived).toMatchObject({ batches: 1, blocks: 3, stateRoots: 1, compared: 3 })
  expect(derived.head).toEqual({ number: 3, hash: blocks[2]?.hash })
  expect(await engine.balance(recipient, blocks[2]?.hash ?? '0x')).toBe(3n * 10n ** 9n)
})

it('refuses a blob with one other byte, whoever serves it', async () => {
  const altered: L1Source = {
    ...source,
    async blobs(block, hashes) {
      const [blob, ...rest] = await source.blobs(block, hashes)
      if (blob === undefined) return rest
      blob[1000] = (blob[1000] ?? 0) ^ 1
      return [blob, ...rest]
    },
  }
  await expect(derive({ source: altered })).rejects.toMatchObject({
    code: 'DERIVE_REFUSED',
    exit: 10,
    details: { reason: expect.stringContaining('none of the 1 blobs served'), transaction: expect.any(String) },
  })
})

it('refuses a node that has another block', async () => {
  const compare = async (number: number) =>
    number === 2 ? (`0x${'33'.repeat(32)}` as const) : blocks[number - 1]?.hash
  await expect(derive({ compare })).rejects.toMatchObject({ code: 'DERIVE_DIFFERS', exit: 10, details: { block: 2 } })
})

it.each<[string, (batch: Batch) => Batch, RegExp]>([
  ['a seal of another block', (batch) => edit(batch, 1, { seal: batch.blocks[0]?.seal }), /its seal over that is not/],
  ['another time', (batch) => edit(batch, 2, { timestamp: 1_700_000_099n }), /its seal over that is not/],
  ['a missing deposit', (batch) => edit(batch, 0, { withdrawalCount: 1 }), /L1's queue gives it 2/],
  ['a missing transaction', (batch) => edit(batch, 0, { transactions: [] }), /its seal over that is not/],
  ['a batch that was due later', (batch) => ({ ...batch, index: 2n }), /batch 1 is due/],
  ['another chain', (batch) => ({ ...batch, chainId: 7n }), /of chain 7/],
  ['another parent', (batch) => foreignParent(batch), /its parent is/],
  ['a foreign sequencer', (batch) => foreignTerm(batch), /the genesis term is/],
])('refuses %s', async (_what, change, reason) => {
  await backToStart()
  await publish(change(batchOf(blocks)))
  await settle()
  await expect(derive()).rejects.toMatchObject({
    code: 'DERIVE_REFUSED',
    exit: 10,
    message: expect.stringMatching(reason),
  })
})

it('refuses state roots that are not those of the batch', async () => {
  await backToStart()
  await publish(batchOf(blocks))
  await send({ to: genesis.l1.stateCommitmentChain, data: rootsOf([...blocks].reverse()) })
  await settle()
  await expect(derive()).rejects.toMatchObject({ code: 'DERIVE_REFUSED', details: { batch: 1 } })
})

it('refuses to send a transaction with other blobs than it names', async () => {
  const [mine, other] = [batchToBlobs(Uint8Array.of(1)), batchToBlobs(Uint8Array.of(2))]
  await expect(sender.send(await signed({ to: genesis.l1.inbox, blobs: mine }), other)).rejects.toMatchObject({
    code: 'BLOBS_FOREIGN',
  })
})

it('says why L1 does not take a transaction', async () => {
  const used = await signed({ to: genesis.l1.inbox, data: '0x01' }, -1)
  await expect(sender.send(used, [])).rejects.toMatchObject({ code: 'L1_SEND_REFUSED', exit: 7 })
})

it('refuses an inbox transaction that is no batch', async () => {
  await backToStart()
  await send({ to: genesis.l1.inbox, data: '0x0102' })
  await settle()
  await expect(derive()).rejects.toMatchObject({ code: 'BATCH_MALFORMED', exit: 10 })
})

async function newEngine(): Promise<ExecutionEngine> {
  folders += 1
  const database = await openDatabase(join(directory, `chain-${folders}`))
  return createEmbeddedEngine({ database, genesis: genesis.l2 })
}

async function derive(changes: Partial<DeriveOptions> = {}): Promise<Derived> {
  const fresh = await newEngine()
  const context = { networkId: networkIdOf(genesis), recover: recoverAddress }
  try {
    return await deriveChain({ genesis, context, view, source, kzg, engine: fresh, ...changes })
  } finally {
    await fresh.close()
  }
}

/** Three blocks of the genesis term; the first carries both deposits. */
async function sealedBlocks(l1Origin: number): Promise<Block[]> {
  const wallet = new Wallet(bytesToHex(sequencer.privateKey))
  const made: Block[] = []
  for (let i = 0; i < 3; i++) {
    const raw = await wallet.signTransaction({
      type: 2,
      chainId: 1001,
      nonce: i,
      to: recipient,
      value: 0n,
      gasLimit: 21_000,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    })
    const withdrawals =
      i > 0
        ? []
        : [
            { index: 0, address: recipient, amountGwei: 2n },
            { index: 1, address: recipient, amountGwei: 1n },
          ]
    const attributes = blockAttributes({
      parentHash: engine.head().hash,
      term: 0,
      sequencer: sequencer.address,
      l1Origin,
      timestamp: 1_700_000_001 + i,
      withdrawals,
    })
    const { block, rejected } = await engine.execute([hexToBytes(raw)], attributes)
    expect(rejected).toEqual([])
    made.push(block)
  }
  return made
}

function batchOf(list: readonly Block[]): Batch {
  const networkId = networkIdOf(genesis)
  const origin = BigInt(genesis.l1.startBlock + 2)
  return {
    index: 1n,
    chainId: 1001n,
    parentHash: genesis.l2.hash,
    terms: [
      {
        term: 0n,
        epoch: 0n,
        sequencer: sequencer.address,
        parentNumber: 0n,
        parentHash: genesis.l2.hash,
        firstBlock: 1n,
      },
    ],
    blocks: list.map(({ number, hash, parentHash, timestamp, withdrawals, transactions }) => ({
      number: BigInt(number),
      hash,
      parentHash,
      timestamp: BigInt(timestamp),
      l1Origin: origin,
      term: 0n,
      withdrawalCount: withdrawals.length,
      transactions: [...transactions],
      seal: signDigest(sealDigest(networkId, { term: 0, number, hash }), sequencer.privateKey),
    })),
  }
}

function edit(batch: Batch, index: number, change: Partial<Batch['blocks'][number]>): Batch {
  return { ...batch, blocks: batch.blocks.map((block, i) => (i === index ? { ...block, ...change } : block)) }
}

function foreignParent(batch: Batch): Batch {
  const parentHash: Hash = `0x${'44'.repeat(32)}`
  const terms = batch.terms.map((term) => ({ ...term, parentHash }))
  return edit({ ...batch, parentHash, terms }, 0, { parentHash })
}

function foreignTerm(batch: Batch): Batch {
  return { ...batch, terms: batch.terms.map((term) => ({ ...term, sequencer: recipient })) }
}

const rootsOf = (list: readonly Block[]) =>
  stateRootsCalldata(
    1001,
    1,
    list.map(({ stateRoot }) => stateRoot),
  )

/** Sends a batch as the group does: blobs, then the inbox transaction that names theirs. */
async function publish(batch: Batch): Promise<void> {
  const blobs = batchToBlobs(encodeBatch2(batch))
  const hash = await send({ to: genesis.l1.inbox, blobs })
  const header = { batchIndex: batch.index, firstBlock: 1n, blockCount: batch.blocks.length }
  await send({
    to: genesis.l1.inbox,
    data: bytesToHex(encodeInbox({ da: 'blob', ...header, transactionHashes: [hash] })),
  })
}

interface Sent {
  to: Hex
  data?: Hex
  blobs?: Uint8Array[]
}

/** The envelope that the group's key signs, with its next nonce and `ahead`. */
async function signed({ to, data = '0x', blobs = [] }: Sent, ahead = 0): Promise<Hex> {
  const { maxFeePerBlobGas, ...fees } = await sender.fees()
  const versioned = (await kzg.commitments(blobs)).map(versionedHash)
  const transaction = {
    chainId: 31337,
    nonce: l1Nonce + ahead,
    ...fees,
    gasLimit: 1_000_000n,
    to,
    value: 0n,
    data: hexToBytes(data),
    blobs: versioned,
    ...(blobs.length === 0 ? {} : { maxFeePerBlobGas }),
  }
  return bytesToHex(signedEnvelope(transaction, signDigest(signingDigest(transaction), group.privateKey)))
}

async function send(transaction: Sent): Promise<Hash> {
  const { blobs = [] } = transaction
  const envelope = await signed(transaction)
  const hash = await sender.send(envelope, blobs)
  // Not the provider's own waiting: it counts blocks, and a revert takes some back.
  await vi.waitFor(async () => {
    const receipt = await anvil.provider.send('eth_getTransactionReceipt', [hash])
    expect(receipt).toMatchObject({ status: '0x1' })
  }, WAIT)
  l1Nonce += 1
  if (blobs.length === 0) expect(await sender.send(envelope, blobs)).toBe(hash) // what L1 has already is no error
  return hash
}

const settle = () => anvil.provider.send('anvil_mine', ['0x2'])

/** L1 as it was before the first batch; anvil forgets a snapshot that it went back to. */
async function backToStart(): Promise<void> {
  await anvil.provider.send('evm_revert', [unpublished])
  unpublished = await anvil.provider.send('evm_snapshot', [])
  l1Nonce = await sender.nonce(group.address)
}
