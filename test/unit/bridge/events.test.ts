import { AbiCoder, Interface, zeroPadValue } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import { type L1Log, parseL1Block, parseL1Logs, parseL1Transaction } from '../../../src/core/l1/answers.js'
import { eventsOfBlock, L1_TOPICS } from '../../../src/core/l1/events.js'
import type { Hash, Hex } from '../../../src/core/types/hex.js'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { lockingInfoAbi } from '../../../src/l1/abi/lockingInfo.js'

const lockingInfo: Hex = `0x${'11'.repeat(20)}`
const bridge: Hex = `0x${'22'.repeat(20)}`
const someone: Hex = `0x${'33'.repeat(20)}`
const hash: Hash = `0x${'44'.repeat(32)}`
const genesis = {
  l1: { lockingInfo, bridge },
  consensus: { snapshotInterval: 8, entropyDelay: 4 },
} as unknown as Genesis
const block = {
  number: 9,
  hash,
  parentHash: hash,
  mixHash: hash,
  parentBeaconBlockRoot: null,
  baseFee: 1n,
  transactions: [],
}

function log(address: Hex, abi: readonly string[], name: string, values: unknown[], logIndex = 0): L1Log {
  const { data, topics } = new Interface(abi).encodeEventLog(name, values)
  return { address, topics: topics as Hash[], data: data as Hex, logIndex, blockNumber: 9, blockHash: hash }
}

describe('events of a block', () => {
  const pubkey: Hex = `0x${'ab'.repeat(64)}`
  const info = (name: string, values: unknown[]) => log(lockingInfo, lockingInfoAbi, name, values)

  it.each([
    [
      info('Locked', [someone, 7, 1, 3, 20n, 90n, pubkey]),
      { type: 'locked', id: 7, signer: someone, pubkey, amount: 20n, activationBatch: 3 },
    ],
    [info('LockUpdate', [7, 2, 25n]), { type: 'stake', id: 7, amount: 25n }],
    [info('SignerChange', [7, 2, lockingInfo, someone, pubkey]), { type: 'signer', id: 7, signer: someone, pubkey }],
    [info('UnlockInit', [someone, 7, 2, 5, 100, 200, 25n]), { type: 'exit', id: 7, deactivationBatch: 5 }],
    [info('Unlocked', [someone, 7, 25n, 90n]), { type: 'left', id: 7 }],
    [info('BatchSubmitReward', [6]), { type: 'rewardBatch', batch: 6 }],
    [
      log(bridge, bridgeAbi, 'DepositQueued', [4, bridge, someone, bridge, 12n]),
      { type: 'deposit', index: 4, to: someone, amount: 12n },
    ],
  ])('reads log %#', (each, wanted) => {
    expect(eventsOfBlock(genesis, block, [each], [])).toEqual([{ block: 9, ...wanted }])
    expect(L1_TOPICS).toContain(each.topics[0])
  })

  it('takes logs by their index, and the group after them by nonce', () => {
    const stakes = [3, 1, 2].map((id) => log(lockingInfo, lockingInfoAbi, 'LockUpdate', [id, 1, 1n], id))
    const group = [8, 7].map((nonce) => ({
      hash,
      from: someone,
      to: someone,
      nonce,
      input: '0x' as const,
      blobs: [],
      blockNumber: 12,
      success: true,
    }))
    const events = eventsOfBlock(genesis, { ...block, number: 12 }, stakes, group)
    const names = events.map((event) => ('id' in event ? event.id : 'nonce' in event ? event.nonce : event.type))
    expect(names).toEqual([1, 2, 3, 7, 8, 'randao'])
  })

  it('leaves out what another contract logs, and other logs', () => {
    const foreign = log(someone, lockingInfoAbi, 'LockUpdate', [1, 1, 1n])
    const other = info('Relocked', [1, 1n, 1n])
    expect(eventsOfBlock(genesis, block, [foreign, other], [])).toEqual([])
  })

  it('makes no key of one that is too long, for consensus to refuse (rule P4)', () => {
    const locked = info('Locked', [someone, 7, 1, 3, 20n, 90n, `0x${'ab'.repeat(65)}`])
    expect(eventsOfBlock(genesis, block, [locked], [])).toMatchObject([{ pubkey: '0x' }])
  })

  it('refuses logs that end early', () => {
    const locked = info('Locked', [someone, 7, 1, 3, 20n, 90n, pubkey])
    const cut = { ...locked, data: locked.data.slice(0, 2 + 64 * 5) as Hex }
    expect(() => eventsOfBlock(genesis, block, [cut], [])).toThrow(/malformed/)
    const offset = AbiCoder.defaultAbiCoder().encode(
      ['uint256', 'uint256', 'uint256', 'uint256'],
      [1, 20, 90, 2n ** 255n],
    )
    expect(() => eventsOfBlock(genesis, block, [{ ...locked, data: offset as Hex }], [])).toThrow(/above 2\^53/)
    const huge = {
      ...locked,
      topics: locked.topics.map((topic, i) => (i === 1 ? (`0x${'ff'.repeat(32)}` as Hash) : topic)),
    }
    expect(() => eventsOfBlock(genesis, block, [huge], [])).toThrow(/no address/)
    expect(zeroPadValue(someone, 32)).toBe(locked.topics[1])
  })
})

it('refuses whatever is no answer, with a typed error and no other', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const parse of [parseL1Block, parseL1Transaction, parseL1Logs]) {
        try {
          parse(value)
        } catch (error) {
          expect(error).toBeInstanceOf(MetisSeqError)
        }
      }
    }),
  )
})
