import { Contract } from 'ethers'
import { addressOfPublicKey } from '../core/consensus/crypto.js'
import { senderOf } from '../core/staking/plan.js'
import type { StakingState, Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import { addressManagerAbi } from './abi/addressManager.js'
import { bridgeAbi } from './abi/bridge.js'
import { discountOracleAbi } from './abi/discountOracle.js'
import { asking, type L1Client } from './client.js'
import { readFeeChoices } from './fees.js'
import { openReader, type Reader, readPool, readRecord } from './staking.js'

/** All that the plan of `wish` depends on, read at one block. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readStakingState(client: L1Client, wish: Wish): Promise<StakingState> {
  const reader = await openReader(client)
  const address = senderOf(wish)
  const blockTag = reader.block.number
  const [pool, metis, allowance, eth, whitelisted, ownerId, signerId, fees, bridge] = await Promise.all([
    readPool(reader),
    reader.metis<bigint>('balanceOf', address),
    reader.metis<bigint>('allowance', address, client.network.contracts.lockingInfo),
    asking(client, `the balance of ${address}`, client.provider.getBalance(address, blockTag)),
    reader.pool<boolean>('whitelist', address),
    reader.pool<bigint>('seqOwners', address),
    'pubkey' in wish ? reader.pool<bigint>('seqSigners', addressOfPublicKey(wish.pubkey)) : 0n,
    readFeeChoices(client),
    BRIDGING.includes(wish.action) ? readBridgePrice(client, reader) : { minL2Gas: 0n, discount: 0n },
  ])
  const id = wish.action === 'lock' ? ownerId : wish.id
  const [total, newOwner] = await Promise.all([
    reader.pool<bigint>('totalSequencers'),
    wish.action === 'transferOwner' ? readNewOwner(reader, wish.newOwner) : undefined,
  ])
  const sequencer = id > 0n && id <= total ? await readRecord(reader, id) : undefined
  return {
    pool,
    account: { address, metis, eth, allowance, whitelisted, ownerId },
    ...(sequencer && { sequencer }),
    signerId,
    ...(newOwner && { newOwner }),
    bridge,
    fees,
  }
}

async function readNewOwner(reader: Reader, owner: Address): Promise<{ whitelisted: boolean; ownerId: bigint }> {
  const [whitelisted, ownerId] = await Promise.all([
    reader.pool<boolean>('whitelist', owner),
    reader.pool<bigint>('seqOwners', owner),
  ])
  return { whitelisted, ownerId }
}

const BRIDGING: readonly Wish['action'][] = ['unlock', 'claim', 'claimRewards']

/** What the bridge wants (MVM_DiscountOracle). @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readBridgePrice(client: L1Client, { info, block }: Reader): Promise<StakingState['bridge']> {
  const read = <T>(address: string, abi: readonly string[], method: string, ...values: unknown[]): Promise<T> => {
    const call = new Contract(address, abi, client.provider).getFunction(method)
    return asking(client, method, call.staticCall(...values, { blockTag: block.number }))
  }
  const manager = await read<string>(await info<string>('bridge'), bridgeAbi, 'addressmgr')
  const oracle = await read<string>(manager, addressManagerAbi, 'getAddress', 'MVM_DiscountOracle')
  const [minL2Gas, discount] = await Promise.all([
    read<bigint>(oracle, discountOracleAbi, 'getMinL2Gas'),
    read<bigint>(oracle, discountOracleAbi, 'getDiscount'),
  ])
  return { minL2Gas, discount }
}
