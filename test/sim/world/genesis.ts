import { networkIdOf } from '../../../src/core/consensus/digest.js'
import { thresholdOf, WEI_PER_METIS } from '../../../src/core/consensus/power.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address } from '../../../src/core/types/hex.js'
import type { Schedule } from '../schedule.js'
import type { Disk } from './database.js'
import { Evm } from './evm.js'
import { foundKey } from './group.js'
import { addressOf, hashOf, keyOf } from './keys.js'
import { genesisSet } from './sequencerSet.js'

export const USERS = [0, 1, 2, 3].map((i) => keyOf(`user ${i}`))
export const GROUP = keyOf('group')
export const START = 1_700_000_000

/** The network of a schedule, and the machine that executes its blocks. */
export function found(schedule: Schedule) {
  const sequencers = schedule.stakes.map((stake, i) => {
    const { address, pubkey } = keyOf(`member ${i}`)
    return { id: i + 1, signer: address, pubkey, stake: String(BigInt(stake) * WEI_PER_METIS) }
  })
  const firstSequencer = sequencers[0]?.signer ?? '0x'
  const { epochLength, blockTime, stallTimeout } = schedule
  const l2 = { chainId: 1_088_000, timestamp: START, gasLimit: 30_000_000, baseFee: '1000000000' }
  const rich = [...USERS, GROUP].map(({ address }) => [address, { balance: 1000n * WEI_PER_METIS, nonce: 0 }] as const)
  const sequencerSet = addressOf('sequencerSet')
  const evm = new Evm(
    { ...l2, gasLimit: BigInt(l2.gasLimit), baseFee: BigInt(l2.baseFee), sequencerSet },
    { accounts: new Map(rich), set: genesisSet(GROUP.address, firstSequencer, epochLength), deposits: 0 },
  )
  const { hash, stateRoot } = evm.block0.block
  const { publicKey, give } = foundKey(GROUP, sequencers.length, thresholdOf(sequencers.length))
  const order = sequencers.map(({ signer }) => signer).sort()
  const genesis: Genesis = {
    version: 1,
    name: 'simulation',
    salt: hashOf(`salt ${schedule.seed}`),
    l1: {
      chainId: 31_337,
      startBlock: 11,
      startParentHash: hashOf('l1 10'),
      confirmations: schedule.l1.depth,
      metis: addressOf('metis'),
      lockingInfo: addressOf('lockingInfo'),
      lockingPool: addressOf('lockingPool'),
      bridge: addressOf('bridge'),
      stateCommitmentChain: addressOf('scc'),
      inbox: addressOf('inbox'),
      owned: {
        addressManager: addressOf('addressManager'),
        inboxSenderManager: addressOf('inboxSenderManager'),
        others: [addressOf('lockingInfo'), addressOf('bridge')],
      },
    },
    l2: { ...l2, alloc: {}, sequencerSet, hash, stateRoot },
    consensus: { epochLength, blockTime, stallTimeout, maxFuture: 5000, snapshotInterval: 10, entropyDelay: 6 },
    group: { address: GROUP.address, publicKey, l1Nonce: 3, l2FeeCap: '100000000000', rewardEpochs: 2 },
    firstSequencer,
    sequencers,
  }
  /** Puts a founder's share on its disk. */
  const giveShare = (disk: Disk, address: Address) => give(disk, address, order.indexOf(address) + 1)
  return { genesis, networkId: networkIdOf(genesis), evm, giveShare }
}
