import { Contract, type Result } from 'ethers'
import { type PoolState, SEQUENCER_STATUS, type SequencerRecord } from '../core/staking/types.js'
import type { Address, Hash, Hex } from '../core/types/hex.js'
import { erc20Abi } from './abi/erc20.js'
import { lockingInfoAbi } from './abi/lockingInfo.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import { asking, type L1Client } from './client.js'
import { newestBlock } from './head.js'

/** Reads of the staking contracts, all at one block. */
export interface Reader {
  block: PoolState['block']
  pool<T>(method: string, ...values: unknown[]): Promise<T>
  info<T>(method: string, ...values: unknown[]): Promise<T>
  metis<T>(method: string, ...values: unknown[]): Promise<T>
}

/** The pool and all its sequencers, by id. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readSequencers(reader: Reader): Promise<{ pool: PoolState; sequencers: SequencerRecord[] }> {
  const [pool, total] = await Promise.all([readPool(reader), reader.pool<bigint>('totalSequencers')])
  const sequencers = await Promise.all(range(total).map((id) => readRecord(reader, id)))
  return { pool, sequencers }
}

/** Id of the sequencer whose owner or signer is `address`; 0 for none, 2^256 - 1 for a burnt signer. */
export async function findSequencerId(client: L1Client, address: Address, at?: Reader): Promise<bigint> {
  const [roles] = await readRoles(client, [address], at)
  return roles?.owned || roles?.signed || 0n
}

/** What an account is to sequencers; ids, 0 for none, and for a burnt signer 2^256 - 1. */
export interface Roles {
  address: Address
  owned: bigint
  signed: bigint
}

/** The roles of accounts, all at one block, in their order. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readRoles(client: L1Client, addresses: readonly Address[], at?: Reader): Promise<Roles[]> {
  const { pool } = at ?? (await openReader(client))
  const read = async (address: Address): Promise<Roles> => {
    const [owned, signed] = await Promise.all([pool<bigint>('seqOwners', address), pool<bigint>('seqSigners', address)])
    return { address, owned, signed }
  }
  return Promise.all(addresses.map(read))
}

/** Whether `owner` may lock. */
export async function readWhitelisted(client: L1Client, owner: Address): Promise<boolean> {
  return (await openReader(client)).pool<boolean>('whitelist', owner)
}

/** Which of `owners` may lock, in their order. */
export async function readWhitelist(client: L1Client, owners: readonly Address[]): Promise<boolean[]> {
  const reader = await openReader(client)
  return Promise.all(owners.map((owner) => reader.pool<boolean>('whitelist', owner)))
}

/** Reads at the newest block, which is `notBelow` at least. @throws MetisSeqError `RPC_UNREACHABLE`, `RPC_BEHIND` (exit 6) */
export async function openReader(client: L1Client, notBelow?: number): Promise<Reader> {
  const { contracts } = client.network
  const { number, hash, timestamp } = await newestBlock(client, notBelow)
  const block = { number, hash: (hash ?? '0x') as Hash, timestamp: BigInt(timestamp) }
  const at = (address: Address, abi: readonly string[]) => {
    const contract = new Contract(address, abi, client.provider)
    return <T>(method: string, ...values: unknown[]): Promise<T> =>
      asking(client, method, contract.getFunction(method).staticCall(...values, { blockTag: block.number }))
  }
  return {
    block,
    pool: at(contracts.lockingPool, lockingPoolAbi),
    info: at(contracts.lockingInfo, lockingInfoAbi),
    metis: at(contracts.metis, erc20Abi),
  }
}

export async function readPool(reader: Reader): Promise<PoolState> {
  const { pool, info, block } = reader
  const [paused, minLock, maxLock, totalLocked] = await Promise.all([
    pool<boolean>('paused'),
    info<bigint>('minLock'),
    info<bigint>('maxLock'),
    info<bigint>('totalLocked'),
  ])
  const [currentBatch, exitDelay, signerUpdateThrottle, rewardPerBlock] = await Promise.all([
    pool<bigint>('currentBatch'),
    pool<bigint>('WITHDRAWAL_DELAY'),
    pool<bigint>('signerUpdateThrottle'),
    pool<bigint>('BLOCK_REWARD'),
  ])
  const bounds = { paused, minLock, maxLock, totalLocked }
  return { block, ...bounds, currentBatch, exitDelay, signerUpdateThrottle, rewardPerBlock }
}

export async function readRecord(reader: Reader, id: bigint): Promise<SequencerRecord> {
  const fields = (await reader.pool<Result>('sequencers', id)).toObject()
  const numbers = [
    'amount',
    'reward',
    'activationBatch',
    'updatedBatch',
    'deactivationBatch',
    'deactivationTime',
    'unlockClaimTime',
    'nonce',
  ] as const
  const read = Object.fromEntries(numbers.map((name) => [name, BigInt(fields[name])])) as Record<
    (typeof numbers)[number],
    bigint
  >
  const lower = (name: string) => String(fields[name]).toLowerCase() as Hex
  return {
    id,
    ...read,
    owner: lower('owner'),
    signer: lower('signer'),
    pubkey: lower('pubkey'),
    rewardRecipient: lower('rewardRecipient'),
    status: SEQUENCER_STATUS[Number(fields.status)] ?? 'unavailable',
  }
}

/** Ids 1 to `total`, at most ten thousand: no network has more, and an answer of nonsense must not cost the memory. */
function range(total: bigint): bigint[] {
  const length = Number(total < 10_000n ? total : 10_000n)
  return Array.from({ length }, (_, i) => BigInt(i + 1))
}
