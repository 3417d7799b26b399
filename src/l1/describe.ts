import { Interface, type ParamType } from 'ethers'
import { formatMetis } from '../core/staking/amount.js'
import type { Hex } from '../core/types/hex.js'
import { erc20Abi } from './abi/erc20.js'
import { lockingPoolAbi } from './abi/lockingPool.js'

const calls = new Interface([...lockingPoolAbi, ...erc20Abi].filter((line) => line.startsWith('function ')))
const AMOUNT = /amount$/i

/** A call in words: `relock(id 1, amount 100 METIS, lockReward false)`; undefined for one that is none of ours. */
export function describeCall(data: Hex): string | undefined {
  try {
    const call = calls.parseTransaction({ data })
    if (call === null) return undefined
    return `${call.name}(${call.fragment.inputs.map((input, i) => described(input, call.args[i])).join(', ')})`
  } catch {
    return undefined // arguments that don't fit: it is not that function
  }
}

function described({ name, type }: ParamType, value: unknown): string {
  const short = name.replace(/^_/, '')
  const shown = type === 'uint256' && AMOUNT.test(short) ? `${formatMetis(value as bigint)} METIS` : String(value)
  return short === '' ? shown : `${short} ${shown}`
}
