import { getCalldataFloorGas, type TypedTransaction } from '@ethereumjs/tx'
import { type Account, bigIntMax } from '@ethereumjs/util'
import { feesOf } from './transactions.js'

/** Why a transaction can't be in this block. `stale`: in no later one either. */
export interface Obstacle {
  reason: string
  stale: boolean
}

/** What a block still offers: gas, and wei a gas. */
export interface Room {
  baseFee: bigint
  gasLimit: bigint
  gasLeft: bigint
}

/** The first thing that keeps `tx` out of the block, or undefined. The EVM checks the rest (EIP-3607). */
export function whyNot(tx: TypedTransaction, sender: Account | undefined, room: Room): Obstacle | undefined {
  const nonce = sender?.nonce ?? 0n
  const balance = sender?.balance ?? 0n
  const { maxFeePerGas } = feesOf(tx)
  const least = bigIntMax(tx.getIntrinsicGas(), getCalldataFloorGas(tx, tx.getSenderAddress()))
  const cost = tx.gasLimit * maxFeePerGas + tx.value
  if (tx.nonce < nonce) return never(`its nonce ${tx.nonce} is below the account's ${nonce}`)
  if (tx.gasLimit < least) return never(`its gas limit ${tx.gasLimit} is below the ${least} that it needs at least`)
  if (tx.gasLimit > room.gasLimit) return never(`its gas limit ${tx.gasLimit} is above the block's ${room.gasLimit}`)
  if (tx.nonce > nonce) return later(`its nonce ${tx.nonce} is above the account's ${nonce}`)
  if (maxFeePerGas < room.baseFee)
    return later(`its fee cap of ${maxFeePerGas} wei is below the base fee of ${room.baseFee} wei`)
  if (balance < cost) return later(`it may cost ${cost} wei and the account has ${balance} wei`)
  if (tx.gasLimit > room.gasLeft)
    return later(`its gas limit ${tx.gasLimit} does not fit into the ${room.gasLeft} that are left`)
  return undefined
}

function never(reason: string): Obstacle {
  return { reason, stale: true }
}

function later(reason: string): Obstacle {
  return { reason, stale: false }
}
