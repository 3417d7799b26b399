import { Interface } from 'ethers'
import { hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import type { L1Fees, SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import { L1_FEE_CAP } from '../../../src/core/consensus/onL1.js'
import type { OwnFacts } from '../../../src/core/threshold/review.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { blob } from '../consensus/batches.js'
import { hashOf, keyOf } from '../consensus/network.js'
import type { Asked } from './asked.js'

const abi = new Interface([
  'function commitEpoch(uint256 epoch, uint256 start, uint256 end, address signer)',
  'function recommitEpoch(uint256 old, uint256 epoch, uint256 start, uint256 end, address signer)',
  'function UpdateMpcAddress(address mpc)',
  'function UpdateEpochLength(uint256 length)',
  'function batchSubmitRewards(uint256 batch, uint256 first, uint256 last, address[] paid, uint256[] blocks)',
  'function updateMpc(address mpc)',
  'function setAddress(string name, address role)',
  'function setInboxSenders(uint256 since, (uint8 kind, address sender)[] senders)',
  'function transfer(address to, uint256 amount)',
  'function transferOwnership(address owner)',
])
const thief = keyOf('thief').address

export const withRequest = (each: Asked, change: Partial<SigningRequest>): Asked => ({
  ...each,
  request: { ...each.request, ...change },
})
export const withFacts = (each: Asked, change: Partial<OwnFacts>): Asked => ({
  ...each,
  facts: { ...each.facts, ...change },
})
/** Other calldata, its hash with it. */
const withData = (each: Asked, data: Hex) =>
  withFacts(withRequest(each, { data, dataHash: keccak256(hexToBytes(data)) }), { data })
const withFees = (each: Asked, change: Partial<L1Fees>) =>
  each.fees === null ? undefined : { ...each, fees: { ...each.fees, ...change } }

/** The same call with another argument; undefined where it has none of this name. */
function withArgument(each: Asked, name: string, change: (value: unknown) => unknown): Asked | undefined {
  const call = abi.parseTransaction({ data: each.request.data ?? '0x' })
  const place = call?.fragment.inputs.findIndex((input) => input.name === name) ?? -1
  if (call === null || place < 0) return undefined
  const values = call.args.map((value, i) => (i === place ? change(value) : value))
  return withData(each, abi.encodeFunctionData(call.name, values) as Hex)
}

const later = (value: unknown) => (value as bigint) + 1n
const oneMore = (value: unknown) => [...(value as bigint[])].map((each, i) => (i === 0 ? each + 1n : each))
const toThief = (value: unknown) => [thief, ...[...(value as string[])].slice(1)]
const onL1 = (each: Asked) => each.request.chain === 'l1'

/** What a request may have wrong, one thing at a time: the reason, and what makes it so; undefined where it cannot. */
export const broken: [string, RegExp, (each: Asked) => Asked | undefined][] = [
  ['another destination', /destination is/, (each) => withRequest(each, { to: thief })],
  ['data of another hash', /data has another hash/, (each) => withRequest(each, { dataHash: hashOf('other') })],
  ['its own data changed', /data has another hash/, (each) => withFacts(each, { data: '0x1234' })],
  ['other data', /data is not/, (each) => withData(each, '0x1234')],
  [
    'another selector',
    /data is not/,
    (each) =>
      each.facts.data === '0x' ? undefined : withData(each, `0x${'ab'.repeat(4)}${each.facts.data.slice(10)}`),
  ],
  ['a byte more', /data is not/, (each) => withData(each, `${each.facts.data}00`)],
  [
    'a transfer of tokens',
    /data is not/,
    (each) => withData(each, abi.encodeFunctionData('transfer', [thief, 5n]) as Hex),
  ],
  [
    'a transfer of what it owns',
    /data is not/,
    (each) => withData(each, abi.encodeFunctionData('transferOwnership', [thief]) as Hex),
  ],
  ['a transfer of funds', /destination is/, (each) => withRequest(withData(each, '0x'), { to: thief })],
  ['another chain', /chain id is/, (each) => withRequest(each, { chainId: 1 })],
  [
    'the other chain',
    /chain id is|nothing of this kind/,
    (each) => withRequest(each, { chain: onL1(each) ? 'l2' : 'l1' }),
  ],
  ['another key', /asks for the key/, (each) => withRequest(each, { key: thief })],
  ['a later nonce', /nonce is/, (each) => withRequest(each, { nonce: each.request.nonce + 1 })],
  ['an earlier nonce', /nonce is/, (each) => withRequest(each, { nonce: each.request.nonce - 1 })],
  ['a nonce that is used', /is used, the next one/, (each) => withFacts(each, { nonce: each.request.nonce + 1 })],
  ['other blobs', /blobs are not/, (each) => withRequest(each, { blobs: [blob('x')] })],
  ['a blob more', /blobs are not/, (each) => withRequest(each, { blobs: [...each.request.blobs, blob('x')] })],
  [
    'blobs that were not compared',
    /not compared here/,
    (each) => (each.request.blobs.length === 0 ? undefined : withFacts(each, { holdsBlobs: false })),
  ],
  ['too much gas', /gas limit is/, (each) => withRequest(each, { gasLimit: 10_000_000 })],
  ['no fees', /fees are not agreed/, (each) => (onL1(each) ? { ...each, fees: null } : undefined)],
  ['a cap above all', /above the cap/, (each) => withRequest(each, { maxFeePerGas: 10n ** 15n })],
  ['a fee above the cap', /above the cap/, (each) => withFees(each, { maxFeePerGas: L1_FEE_CAP + 1n })],
  ['a tip above the cap', /above the cap/, (each) => withFees(each, { maxPriorityFeePerGas: L1_FEE_CAP + 1n })],
  ['a fee of blobs above the cap', /above the cap/, (each) => withFees(each, { maxFeePerBlobGas: L1_FEE_CAP + 1n })],
  ['another sequencer', /data is not/, (each) => withArgument(each, 'signer', () => thief)],
  ['another epoch', /data is not/, (each) => withArgument(each, 'epoch', later)],
  ['another epoch before', /data is not/, (each) => withArgument(each, 'old', later)],
  ['a later start', /data is not/, (each) => withArgument(each, 'start', later)],
  ['a later end', /data is not/, (each) => withArgument(each, 'end', later)],
  ['another address of the group', /data is not/, (each) => withArgument(each, 'mpc', () => thief)],
  ['a value', /value is/, (each) => withRequest(each, { value: (each.request.value ?? 0n) + 1n })],
  ['another owner', /data is not/, (each) => withArgument(each, 'owner', () => thief)],
  ['another proposer', /data is not/, (each) => withArgument(each, 'role', () => thief)],
  [
    'another sender of batches',
    /data is not/,
    (each) =>
      withArgument(each, 'senders', () => [
        [0, thief],
        [1, thief],
      ]),
  ],
  ['a later sender of batches', /data is not/, (each) => withArgument(each, 'since', later)],
  ['another batch of rewards', /data is not/, (each) => withArgument(each, 'batch', later)],
  ['rewards of a later epoch', /data is not/, (each) => withArgument(each, 'first', later)],
  ['rewards of an epoch more', /data is not/, (each) => withArgument(each, 'last', later)],
  ['rewards for somebody else', /data is not/, (each) => withArgument(each, 'paid', toThief)],
  ['rewards for a block more', /data is not/, (each) => withArgument(each, 'blocks', oneMore)],
  ['another length', /data is not/, (each) => withArgument(each, 'length', later)],
  [
    'the kind of another',
    /nothing of this kind|data is not/,
    (each) => withRequest(each, { kind: each.request.kind === 'inbox' ? 'stateRoots' : 'inbox' }),
  ],
  [
    'another term or batch',
    /nothing of this kind/,
    (each) => (onL1(each) ? undefined : withRequest(each, { subject: 999_999 })),
  ],
  [
    'what consensus never asked for',
    /nothing of this kind/,
    (each) => (onL1(each) ? undefined : withRequest(each, { id: hashOf('never') })),
  ],
]
