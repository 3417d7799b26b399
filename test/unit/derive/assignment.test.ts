import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { signedEnvelope, signingDigest } from '../../../src/core/chain/transaction.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import { signDigest } from '../../../src/core/consensus/crypto.js'
import type { DerivedBlock } from '../../../src/core/derive/batch.js'
import { attributesOf, checkAssignment } from '../../../src/core/derive/block.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { sequencerSetAbi } from '../../../src/l1/abi/sequencerSet.js'
import { testKey } from '../../support/network.js'

const set: Address = '0x4200000000000000000000000000000000000110'
const sequencer: Address = `0x${'33'.repeat(20)}`
const other: Address = `0x${'55'.repeat(20)}`
const genesis = { firstSequencer: sequencer, l2: { sequencerSet: set } } as unknown as Genesis
const abi = new Interface(sequencerSetAbi)

function opening(name: string, args: readonly unknown[], to: Address = set): Uint8Array {
  const transaction = {
    chainId: 1001,
    nonce: 0,
    maxPriorityFeePerGas: 0n,
    maxFeePerGas: 1n,
    gasLimit: 5_000_000n,
    to,
    value: 0n,
    data: hexToBytes(abi.encodeFunctionData(name, args) as Hex),
    blobs: [],
  }
  return signedEnvelope(transaction, signDigest(signingDigest(transaction), testKey(1).privateKey))
}

const block: DerivedBlock = {
  number: 20,
  term: 3,
  epoch: 2,
  sequencer,
  opens: true,
  termEnd: 25,
  timestamp: 100,
  l1Origin: 50,
  withdrawalCount: 0,
  transactions: [opening('commitEpoch', [2, 20, 29, sequencer])],
  seal: new Uint8Array(65),
}

describe('assignment of a term (rule E1)', () => {
  it('is what the opening says, at a boundary and for a replacement', () => {
    checkAssignment(genesis, block)
    checkAssignment(genesis, { ...block, transactions: [opening('recommitEpoch', [1, 2, 20, 29, sequencer])] })
    checkAssignment(genesis, { ...block, opens: false, transactions: [] })
  })

  it.each<[string, Partial<DerivedBlock>, RegExp]>([
    ['no opening', { transactions: [] }, /without an opening/],
    ['another call', { transactions: [opening('UpdateEpochLength', [9])] }, /no opening/],
    ['another contract', { transactions: [opening('commitEpoch', [2, 20, 29, sequencer], other)] }, /no opening/],
    ['another epoch', { transactions: [opening('commitEpoch', [3, 20, 29, sequencer])] }, /for epoch 3, not 2/],
    ['another start', { transactions: [opening('commitEpoch', [2, 19, 29, sequencer])] }, /starts at 19/],
    ['an end too early', { transactions: [opening('commitEpoch', [2, 20, 24, sequencer])] }, /beyond its opening/],
    ['another sequencer', { transactions: [opening('commitEpoch', [2, 20, 29, other])] }, /does not name/],
    ['a foreign genesis term', { term: 0, opens: false, sequencer: other }, /the genesis term is/],
  ])('is refused with %s', (_what, change, reason) => {
    expect(() => checkAssignment(genesis, { ...block, ...change })).toThrow(reason)
  })
})

describe('deposits of a block (rule L2)', () => {
  const parent = {
    batch: 0,
    number: 19,
    hash: `0x${'66'.repeat(32)}` as Hex,
    timestamp: 99,
    l1Origin: 40,
    term: 2,
    cursor: 5,
  }
  const deposit = (index: number) =>
    index > 7 ? undefined : { index, address: other, amountGwei: BigInt(index), l1Block: 40 + index }

  it('are the next ones of the queue up to its L1 origin', () => {
    const { withdrawals } = attributesOf({ ...block, l1Origin: 46, withdrawalCount: 2 }, parent, deposit)
    expect(withdrawals.map(({ index }) => index)).toEqual([5, 6])
  })

  it.each([0, 1, 3])('are refused when the batch counts %i of two', (withdrawalCount) => {
    expect(() => attributesOf({ ...block, l1Origin: 46, withdrawalCount }, parent, deposit)).toThrow(/gives it 2/)
  })
})
