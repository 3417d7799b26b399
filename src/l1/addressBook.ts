import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { StakingContracts } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'

/** A network as the staking commands see it. */
export interface Network {
  name: string
  l1ChainId: bigint
  l2ChainId: bigint
  contracts: StakingContracts & { bridge: Address }
}

/** The live networks (deployments of metis-sequencer-contract; proxies, not implementations). */
const PRESETS: Readonly<Record<string, Network>> = {
  andromeda: {
    name: 'andromeda',
    l1ChainId: 1n,
    l2ChainId: 1088n,
    contracts: {
      metis: '0x9e32b13ce7f2e80a01932b42553652e053d6ed8e',
      lockingInfo: '0x0fe382b74c3894b65c10e5c12ae60bbd8faf5b48',
      lockingPool: '0xd54c868362c2098e0e46f12e7d924c6a332952dd',
      bridge: '0x3980c9ed79d2c191a89e02fa3529c60ed6e9c04b',
    },
  },
  sepolia: {
    name: 'sepolia',
    l1ChainId: 11155111n,
    l2ChainId: 59902n,
    contracts: {
      metis: '0x7f49160eb9bb068101d445fe77e17ecdb37d0b47',
      lockingInfo: '0x390a6fe63385522e87e248bc5200f7d3a02f994b',
      lockingPool: '0x7591940125cc0344a65d60319d1adcd463b2d4c3',
      bridge: '0x9848de505e6aa301ceecfcf23a0a150140fc996e',
    },
  },
}

/** The names that no other network can have. */
export function presetNames(): string[] {
  return ['devnet', ...Object.keys(PRESETS)]
}

/** The live networks. */
export function presetNetworks(): Network[] {
  return Object.values(PRESETS)
}

/** @throws MetisSeqError `NETWORK_UNKNOWN` (exit 2) */
export function presetNetwork(name: string): Network {
  const network = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined
  if (network !== undefined) return network
  throw new MetisSeqError('NETWORK_UNKNOWN', `There is no network "${name.slice(0, 40)}".`, {
    exit: Exit.usage,
    next: `Use one of ${presetNames().join(', ')}, or add yours with \`metis-seq networks add\`.`,
  })
}
