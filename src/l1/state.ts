import { addressOfPublicKey } from '../core/consensus/crypto.js'
import { senderOf } from '../core/staking/plan.js'
import type { StakingState, Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import { readBridgeFee } from './bridge.js'
import { asking, type L1Client } from './client.js'
import { readFeeChoices } from './fees.js'
import { openReader, type Reader, readPool, readRecord } from './staking.js'

/** All that the plan of `wish` depends on, read at one block, `notBelow` at least. @throws MetisSeqError `RPC_UNREACHABLE`, `RPC_BEHIND` (exit 6) */
export async function readStakingState(client: L1Client, wish: Wish, notBelow?: number): Promise<StakingState> {
  const reader = await openReader(client, notBelow)
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
    BRIDGING.includes(wish.action) ? readBridgeFee(client, reader) : FREE,
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
const FREE = { minL2Gas: 0n, discount: 0n }
