import { Interface, type ParamType } from 'ethers'
import { formatMetis } from '../core/staking/amount.js'
import type { Address, Hex } from '../core/types/hex.js'
import { erc20Abi } from './abi/erc20.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import { presetNetworks } from './addressBook.js'

const calls = new Interface([...lockingPoolAbi, ...erc20Abi].filter((line) => line.startsWith('function ')))
const AMOUNT = /amount$/i

/** A call in words: `relock(seqId 1, amount 100 METIS, lockReward false)`; undefined for one that is none of ours. */
export function describeCall(data: Hex, chainId: bigint): string | undefined {
  try {
    const call = calls.parseTransaction({ data })
    if (call === null) return undefined
    const shown = call.fragment.inputs.map((input, i) => described(input, call.args[i], chainId))
    return `${call.name}(${shown.join(', ')})`
  } catch {
    return undefined // arguments that don't fit: it is not that function
  }
}

/** `LockingPool of andromeda` for a contract of the live networks. */
export function nameContract(address: Address, chainId: bigint): string | undefined {
  const network = presetNetworks().find((each) => each.l1ChainId === chainId)
  if (network === undefined) return undefined
  const { metis, lockingInfo, lockingPool, bridge } = network.contracts
  const names = { METIS: metis, LockingInfo: lockingInfo, LockingPool: lockingPool, 'L1 bridge': bridge }
  const [name] = Object.entries(names).find(([, each]) => each === address) ?? []
  return name && `${name} of ${network.name}`
}

function described({ name, type }: ParamType, value: unknown, chainId: bigint): string {
  const short = name.replace(/^_/, '')
  const shown = type === 'uint256' && AMOUNT.test(short) ? `${formatMetis(value as bigint)} METIS` : String(value)
  const contract = type === 'address' ? nameContract(shown.toLowerCase() as Address, chainId) : undefined
  return [short, shown, contract && `(${contract})`].filter(Boolean).join(' ')
}
