import { systemContracts } from '../../src/core/chain/systemContracts.js'
import { bytesToHex, hexToBytes } from '../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf } from '../../src/core/consensus/crypto.js'
import type { Genesis } from '../../src/core/genesis/types.js'
import type { Address } from '../../src/core/types/hex.js'
import type { DeployedContracts } from '../../src/l1/deploy.js'
import { makeGenesisBlock } from '../../src/node/execution/embedded/index.js'

export interface TestKey {
  privateKey: Uint8Array
  pubkey: `0x${string}`
  address: Address
}

/** The key of `Anvil.wallet(number)`. */
export function testKey(number: number): TestKey {
  const privateKey = hexToBytes(`0x${(number + 1).toString(16).padStart(64, '0')}`)
  const pubkey = publicKeyOf(privateKey)
  return { privateKey, pubkey, address: addressOfPublicKey(pubkey) }
}

export interface TestNetwork {
  contracts: DeployedContracts
  group: Address
  sequencer: Address
  startBlock: number
  startParentHash: `0x${string}`
  chainId?: number
}

const CONSENSUS = {
  epochLength: 10,
  blockTime: 1000,
  stallTimeout: 5000,
  maxFuture: 2000,
  snapshotInterval: 8,
  entropyDelay: 4,
}

/** A genesis document on freshly deployed L1 contracts, with one sequencer that has 1000 METIS on L2. */
export async function testGenesis(network: TestNetwork): Promise<Genesis> {
  const { contracts, group, sequencer, startBlock, startParentHash } = network
  const { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain } = contracts
  const alloc = { ...systemContracts(), [sequencer]: { balance: String(1000n * 10n ** 18n) } }
  const fields = { timestamp: 1_700_000_000, gasLimit: 30_000_000, baseFee: '1000000000' }
  return {
    version: 1,
    name: 'test',
    salt: bytesToHex(new Uint8Array(32).fill(7)),
    l1: {
      chainId: 31337,
      startBlock,
      startParentHash,
      confirmations: 1,
      metis,
      lockingInfo,
      lockingPool,
      bridge,
      stateCommitmentChain,
      inbox: `0x${'ff'.repeat(18)}0a01`,
    },
    l2: {
      chainId: network.chainId ?? 1001,
      ...fields,
      alloc,
      sequencerSet: '0x4200000000000000000000000000000000000110',
      ...(await makeGenesisBlock(alloc, fields)),
    },
    consensus: CONSENSUS,
    group: { address: group, publicKey: '0x', l1Nonce: 0, l2FeeCap: '1000000000000' },
    firstSequencer: sequencer,
    sequencers: [],
  }
}

/** A genesis document around the L2 of it, for whoever looks at nothing else. */
export function genesisAround(l2: Genesis['l2'], change: Partial<Genesis> = {}): Genesis {
  const { address, pubkey } = testKey(1)
  const contracts = { metis: address, lockingInfo: address, lockingPool: address, bridge: address }
  return {
    version: 1,
    name: 'around',
    salt: `0x${'11'.repeat(32)}`,
    l1: {
      chainId: 1,
      startBlock: 1,
      startParentHash: l2.hash,
      confirmations: 1,
      ...contracts,
      stateCommitmentChain: address,
      inbox: address,
    },
    l2,
    consensus: CONSENSUS,
    group: { address, publicKey: '0x', l1Nonce: 0, l2FeeCap: '1' },
    firstSequencer: address,
    sequencers: [{ id: 1, signer: address, pubkey, stake: '1' }],
    ...change,
  }
}
