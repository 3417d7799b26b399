import { bytesToHex, fromBigEndian, hexToBytes, keccak256, malformed, utf8 } from '../codec/index.js'
import { contentHash } from '../consensus/digest.js'
import { isEntropyBlock } from '../consensus/l1.js'
import type { L1Event } from '../consensus/types.js'
import type { Genesis } from '../genesis/types.js'
import type { Hash, Hex } from '../types/hex.js'
import type { L1Block, L1Log, L1Transaction } from './answers.js'

const fail = malformed('L1_LOG_MALFORMED', 'L1 log')
const topicOf = (signature: string) => keccak256(utf8(signature))

type Reader = (log: L1Log) => L1Event

/** Logs of LockingInfo that change the set of sequencers, by topic. */
const LOCKING: Readonly<Record<Hash, Reader>> = {
  [topicOf('Locked(address,uint256,uint256,uint256,uint256,uint256,bytes)')]: (log) => ({
    type: 'locked',
    block: log.blockNumber,
    signer: addressTopic(log, 1),
    id: whole(topic(log, 2), 'sequencer id'),
    activationBatch: whole(topic(log, 3), 'activation batch'),
    amount: word(log, 1),
    pubkey: publicKey(log, 3),
  }),
  [topicOf('LockUpdate(uint256,uint256,uint256)')]: (log) => ({
    type: 'stake',
    block: log.blockNumber,
    id: whole(topic(log, 1), 'sequencer id'),
    amount: topic(log, 3),
  }),
  [topicOf('SignerChange(uint256,uint256,address,address,bytes)')]: (log) => ({
    type: 'signer',
    block: log.blockNumber,
    id: whole(topic(log, 1), 'sequencer id'),
    signer: addressTopic(log, 3),
    pubkey: publicKey(log, 1),
  }),
  [topicOf('UnlockInit(address,uint256,uint256,uint256,uint256,uint256,uint256)')]: (log) => ({
    type: 'exit',
    block: log.blockNumber,
    id: whole(topic(log, 2), 'sequencer id'),
    deactivationBatch: whole(word(log, 1), 'deactivation batch'),
  }),
  [topicOf('Unlocked(address,uint256,uint256,uint256)')]: (log) => ({
    type: 'left',
    block: log.blockNumber,
    id: whole(topic(log, 2), 'sequencer id'),
  }),
  [topicOf('BatchSubmitReward(uint256)')]: (log) => ({
    type: 'rewardBatch',
    block: log.blockNumber,
    batch: whole(word(log, 0), 'reward batch'),
  }),
}

/** Logs of the bridge, by topic. */
const BRIDGE: Readonly<Record<Hash, Reader>> = {
  [topicOf('DepositQueued(uint256,address,address,address,uint256)')]: (log) => ({
    type: 'deposit',
    block: log.blockNumber,
    index: whole(topic(log, 1), 'place in the queue'),
    to: addressTopic(log, 3),
    amount: word(log, 1),
  }),
}

/** First topics of the logs that consensus takes from L1. */
export const L1_TOPICS: readonly Hash[] = [...Object.keys(LOCKING), ...Object.keys(BRIDGE)] as Hash[]

/**
 * The events of one L1 block in the one order that all nodes give them: logs by their index, the group's transactions by
 * their nonce, the entropy of a snapshot (rules L1 and S1).
 * @param transactions from the group address, with their receipts' word on success
 * @throws MetisSeqError `L1_LOG_MALFORMED`
 */
export function eventsOfBlock(
  genesis: Genesis,
  block: L1Block,
  logs: readonly L1Log[],
  transactions: readonly (L1Transaction & { success: boolean })[],
): L1Event[] {
  const events = [...logs].sort((a, b) => a.logIndex - b.logIndex).flatMap((log) => eventOf(genesis, log))
  for (const { nonce, hash, to, input, blobs, success } of [...transactions].sort((a, b) => a.nonce - b.nonce)) {
    const content = contentHash({ nonce, to: to ?? '0x', dataHash: keccak256(hexToBytes(input)), blobs })
    events.push({ type: 'groupTransaction', block: block.number, nonce, hash, content, success })
  }
  if (isEntropyBlock(block.number, genesis.consensus)) {
    events.push({ type: 'randao', block: block.number, value: block.mixHash })
  }
  return events
}

function eventOf({ l1 }: Genesis, log: L1Log): L1Event[] {
  const first = log.topics[0]
  if (first === undefined) return []
  const reader = log.address === l1.lockingInfo ? LOCKING[first] : log.address === l1.bridge ? BRIDGE[first] : undefined
  return reader === undefined ? [] : [reader(log)]
}

function topic(log: L1Log, index: number): bigint {
  const value = log.topics[index]
  if (value === undefined) throw fail(`it has no topic ${index}`)
  return BigInt(value)
}

function addressTopic(log: L1Log, index: number): Hex {
  const value = topic(log, index)
  if (value >> 160n !== 0n) throw fail(`its topic ${index} is no address`)
  return `0x${value.toString(16).padStart(40, '0')}`
}

function word(log: L1Log, index: number): bigint {
  const data = hexToBytes(log.data)
  const bytes = data.subarray(32 * index, 32 * index + 32)
  if (bytes.length !== 32) throw fail(`its data end before word ${index}`)
  return fromBigEndian(bytes)
}

/** The dynamic bytes whose offset stands in a word. What is longer than any key is none: consensus refuses it (rule P4). */
function publicKey(log: L1Log, index: number): Hex {
  const data = hexToBytes(log.data)
  const at = whole(word(log, index), 'offset of the key')
  const length = whole(fromBigEndian(data.subarray(at, at + 32)), 'length of the key')
  const bytes = data.subarray(at + 32, at + 32 + length)
  if (bytes.length !== length) throw fail('its data end within the key')
  return length > 64 ? '0x' : bytesToHex(bytes)
}

function whole(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw fail(`its ${what} ${value} is above 2^53`)
  return Number(value)
}
