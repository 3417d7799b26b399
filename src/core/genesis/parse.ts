import { type Malformed, shape } from '../codec/index.js'
import type { Genesis, GenesisAccount, GenesisSequencer } from './types.js'

const MAX_ACCOUNTS = 1_000_000
const MAX_SLOTS = 100_000
const MAX_SEQUENCERS = 256
const MAX_OWNED = 32
const MAX_CODE = 64 * 1024
/** Bytes; that of a group of 64 has 2.2 KB. */
export const MAX_GROUP_KEY = 4096

const { address, hash, hexOf, hexUpTo, listOf, objectOf, optional, recordOf, textUpTo, uint } = shape

/** A decimal amount that stays the text that it is. */
const amount: shape.Shape<string> = (value, path, fail) => shape.decimal(value, path, fail).toString()

const version: shape.Shape<1> = (value, path, fail) => {
  if (value !== 1) throw fail(`${path} is not 1`)
  return value
}

const account = objectOf<GenesisAccount>({
  balance: amount,
  code: optional(hexUpTo(MAX_CODE)) as shape.Shape<NonNullable<GenesisAccount['code']>>,
  storage: optional(recordOf(hash, hash, MAX_SLOTS)) as shape.Shape<NonNullable<GenesisAccount['storage']>>,
})

const genesis = objectOf<Genesis>({
  version,
  name: textUpTo(100),
  salt: hash,
  l1: objectOf<Genesis['l1']>({
    chainId: uint,
    startBlock: uint,
    startParentHash: hash,
    confirmations: uint,
    metis: address,
    lockingInfo: address,
    lockingPool: address,
    bridge: address,
    stateCommitmentChain: address,
    inbox: address,
    owned: optional(
      objectOf<NonNullable<Genesis['l1']['owned']>>({
        addressManager: address,
        inboxSenderManager: address,
        others: listOf(address, MAX_OWNED),
      }),
    ) as shape.Shape<NonNullable<Genesis['l1']['owned']>>,
  }),
  l2: objectOf<Genesis['l2']>({
    chainId: uint,
    timestamp: uint,
    gasLimit: uint,
    baseFee: amount,
    osakaTime: optional(uint) as shape.Shape<number>,
    alloc: recordOf(address, account, MAX_ACCOUNTS),
    sequencerSet: address,
    hash,
    stateRoot: hash,
  }),
  consensus: objectOf<Genesis['consensus']>({
    epochLength: uint,
    blockTime: uint,
    stallTimeout: uint,
    maxFuture: uint,
    snapshotInterval: uint,
    entropyDelay: uint,
  }),
  group: objectOf<Genesis['group']>({
    address,
    publicKey: hexUpTo(MAX_GROUP_KEY),
    l1Nonce: uint,
    l2FeeCap: amount,
    rewardEpochs: optional(uint) as shape.Shape<number>,
  }),
  firstSequencer: address,
  sequencers: listOf(
    objectOf<GenesisSequencer>({ id: uint, signer: address, pubkey: hexOf(64), stake: amount }),
    MAX_SEQUENCERS,
  ),
})

/** The document as it is, every field of it looked at: its hash is the network's id (rule M1), and nothing else may be in it. */
export function parseGenesis(value: unknown, fail: Malformed): Genesis {
  genesis(value, 'genesis', fail)
  return value as Genesis
}
