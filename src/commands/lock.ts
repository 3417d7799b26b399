import { Args } from '@oclif/core'
import { findSigner, signerFlags } from '../cli/owner.js'
import { fromFlag, sendFlags } from '../cli/sendFlags.js'
import { addressFlag } from '../cli/values.js'
import { WriteCommand, type WriteResult } from '../cli/write.js'
import { parseMetis } from '../core/staking/amount.js'
import type { KnownSequencer } from '../l1/consensus.js'

interface Locked extends WriteResult {
  /** Null where no node was asked. */
  readonly consensus: KnownSequencer | null
}

/** Locks METIS for a new sequencer (contract: LockingPool.lockFor). */
export default class Lock extends WriteCommand {
  static override summary = 'Lock METIS on L1 and become a sequencer.'
  static override description =
    `Looks at the chain first and says what is missing; sends nothing then (exit 3). Allows LockingInfo exactly the amount,
locks, waits for the receipt, and on a network of ours until consensus knows the new sequencer.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> 20000 --from owner --signer sequencer',
    '<%= config.bin %> <%= command.id %> 20000.5 --from owner --signer sequencer --network sepolia --rpc-url https://sepolia.example --yes',
  ]
  static override args = {
    amount: Args.string({ description: 'METIS, with at most 18 decimals.', required: true }),
  }
  static override flags = {
    from: fromFlag,
    ...signerFlags,
    'reward-recipient': addressFlag({ description: 'Account on L2 that gets the rewards.', helpValue: 'ADDRESS' }),
    ...sendFlags,
  }

  async run(): Promise<Locked> {
    const { args, flags } = await this.parse(Lock)
    const amount = parseMetis(args.amount)
    const recipient = flags['reward-recipient']
    let consensus: KnownSequencer | null = null
    const result = await this.write(
      flags,
      async (_, owner) => {
        const signer = await findSigner(flags)
        return { action: 'lock', owner, amount, ...signer, ...(recipient ? { rewardRecipient: recipient } : {}) }
      },
      async ({ devnet }, { sequencer }) => {
        const rests = devnet?.nodes.map(({ rest }) => rest) ?? []
        if (rests.length === 0 || sequencer === null) return
        const { waitForConsensus } = await import('../l1/index.js')
        consensus = await this.working((progress) => {
          progress.step('Waiting until consensus knows the sequencer')
          return waitForConsensus(rests, sequencer.signer, flags.timeout, this.interrupted())
        })
      },
    )
    return { ...result, consensus }
  }
}
