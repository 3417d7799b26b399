import { Exit, MetisSeqError } from '../core/errors/index.js'
import { BURNT_SIGNER_ID, type PoolState, type SequencerRecord } from '../core/staking/types.js'
import { type OwnerView, type SequencerView, type SetTotals, totalsOf } from '../core/staking/view/outlook.js'
import type { Address } from '../core/types/hex.js'
import { readBridgeFee } from './bridge.js'
import { asking, type L1Client } from './client.js'
import { findSequencerId, openReader, type Reader, readSequencers } from './staking.js'

/** All sequencers at one block. */
export interface Overview {
  pool: PoolState
  sequencers: SequencerRecord[]
  totals: SetTotals
}

/** All sequencers, by id. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readOverview(client: L1Client): Promise<Overview> {
  const { pool, sequencers } = await readSequencers(await openReader(client))
  return { pool, sequencers, totals: totalsOf(sequencers) }
}

/**
 * The sequencer of that id, owner or signer, with its owner, all at one block.
 * @throws MetisSeqError `SEQUENCER_NOT_FOUND`, `SIGNER_BURNT` (exit 2), `RPC_UNREACHABLE` (exit 6)
 */
export async function readSequencerView(client: L1Client, wanted: bigint | Address): Promise<SequencerView> {
  const reader = await openReader(client)
  const id = typeof wanted === 'string' ? await findSequencerId(client, wanted, reader) : wanted
  if (id === BURNT_SIGNER_ID) {
    throw new MetisSeqError('SIGNER_BURNT', `${wanted} was a signer, and was replaced or has left.`, {
      exit: Exit.usage,
      next: '`metis-seq status` without an argument lists all sequencers.',
    })
  }
  const { pool, sequencers } = await readSequencers(reader)
  const record = sequencers.find((each) => each.id === id)
  if (record === undefined) {
    throw new MetisSeqError('SEQUENCER_NOT_FOUND', `There is no sequencer ${wanted} on ${client.network.name}.`, {
      exit: Exit.usage,
      next: '`metis-seq status` without an argument lists all sequencers.',
    })
  }
  const [owner, signerId, bridge] = await Promise.all([
    readOwner(client, reader, record.owner),
    reader.pool<bigint>('seqSigners', record.signer),
    readBridgeFee(client, reader),
  ])
  return { pool, record, totals: totalsOf(sequencers), owner, signerId, bridge }
}

async function readOwner(client: L1Client, reader: Reader, address: Address): Promise<OwnerView> {
  const { lockingInfo, lockingPool } = client.network.contracts
  const [whitelisted, metis, allowanceInfo, allowancePool, eth] = await Promise.all([
    reader.pool<boolean>('whitelist', address),
    reader.metis<bigint>('balanceOf', address),
    reader.metis<bigint>('allowance', address, lockingInfo),
    reader.metis<bigint>('allowance', address, lockingPool),
    asking(client, `the balance of ${address}`, client.provider.getBalance(address, reader.block.number)),
  ])
  return { whitelisted, metis, eth, allowanceInfo, allowancePool }
}
