import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { type NetworkChoice, networkFlags, type OpenNetwork, onNetwork } from '../cli/network.js'
import { type Account, findAccount } from '../cli/owner.js'
import { renderLockPlan } from '../cli/plan.js'
import { askPassword, confirmOnce, keystoreFlags, passwordFlags, yesFlag } from '../cli/signing.js'
import { addressFlag } from '../cli/values.js'
import { formatMetis, parseMetis } from '../core/staking/amount.js'
import type { LockPlan, LockWish } from '../core/staking/lock.js'
import { assertPassed } from '../core/staking/precheck.js'
import { parsePublicKey } from '../core/staking/publicKey.js'
import type { SequencerRecord } from '../core/staking/types.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { KnownSequencer } from '../l1/consensus.js'
import type { Sent } from '../l1/send.js'
import { findKey, publicKeyOfKey } from '../signers/index.js'

interface Locked {
  readonly network: string
  readonly plan: LockPlan
  readonly transactions: readonly Sent[]
  readonly sequencer: SequencerRecord
  readonly consensus: KnownSequencer | null
}

/** Locks METIS for a new sequencer (contract: LockingPool.lockFor). */
export default class Lock extends BaseCommand {
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
    from: Flags.string({
      description:
        'Key of the owner, who pays: name, address or path; on a devnet also the address of a funded account.',
      required: true,
      helpValue: 'KEY',
    }),
    signer: Flags.string({
      description: 'Key that will sign blocks: name, address or path.',
      exactlyOne: ['signer', 'signer-pubkey'],
      helpValue: 'KEY',
    }),
    'signer-pubkey': Flags.string({ description: 'Public key of the signer, 64 bytes of hex.', helpValue: 'HEX' }),
    'reward-recipient': addressFlag({ description: 'Account on L2 that gets the rewards.', helpValue: 'ADDRESS' }),
    ...networkFlags,
    ...keystoreFlags,
    ...passwordFlags,
    confirmations: Flags.integer({
      description: 'Blocks that must hold each transaction.',
      default: 1,
      min: 1,
      max: 100,
    }),
    timeout: Flags.integer({
      description: 'Seconds to wait for each confirmation.',
      default: 300,
      min: 1,
      max: 86_400,
    }),
    yes: yesFlag,
  }

  async run(): Promise<Locked> {
    const { args, flags } = await this.parse(Lock)
    const amount = parseMetis(args.amount)
    const choice: NetworkChoice = flags
    return onNetwork(choice, async (open) => {
      const passwordFile = flags['password-file']
      const owner = await findAccount(flags.from, { keystore: flags.keystore, passwordFile, devnet: open.devnet })
      const signer = await this.#signer(flags.signer, flags['signer-pubkey'], flags.keystore, passwordFile)
      const recipient = flags['reward-recipient']
      const wish = { owner: owner.address, amount, ...signer, ...(recipient ? { rewardRecipient: recipient } : {}) }
      return this.#lock(open, owner, wish, flags)
    })
  }

  async #lock(
    { client, devnet }: OpenNetwork,
    owner: Account,
    wish: LockWish,
    flags: { yes: boolean; confirmations: number; timeout: number },
  ): Promise<Locked> {
    const { prepareLock, executeLock, fileJournal, journalPath, waitForConsensus } = await import('../l1/index.js')
    const network = client.network.name
    const plan = await prepareLock(client, wish)
    this.print(renderLockPlan(plan))
    assertPassed(plan.prechecks)
    await confirmOnce(`Lock ${formatMetis(wish.amount)} METIS of ${owner.address} on ${network}?`, flags.yes)
    const account = await owner.open()
    const progress = await this.progress()
    try {
      const { sent, sequencer } = await executeLock(client, account, wish, plan, {
        journal: fileJournal(journalPath(), Date.now),
        confirmations: flags.confirmations,
        timeoutSeconds: flags.timeout,
        onSent: (step, hash) => progress.step(`${step.title} (${hash})`),
      })
      const rests = devnet?.nodes.map(({ rest }) => rest) ?? []
      if (rests.length > 0) progress.step('Waiting until consensus knows the sequencer')
      const consensus =
        rests.length > 0 ? await waitForConsensus(rests, plan.signer, flags.timeout, this.interrupted()) : null
      progress.done()
      this.print(`Sequencer ${sequencer.id} has ${formatMetis(sequencer.amount)} METIS locked.`)
      return { network, plan, transactions: sent, sequencer, consensus }
    } catch (error) {
      progress.fail()
      throw error
    }
  }

  async #signer(
    wanted: string | undefined,
    pubkey: string | undefined,
    keystore: string,
    passwordFile: string | undefined,
  ): Promise<{ pubkey: Hex; signer?: Address }> {
    if (wanted === undefined) return { pubkey: parsePublicKey(pubkey ?? '') }
    const key = await findKey(keystore, wanted)
    return { pubkey: await publicKeyOfKey(key, () => askPassword(passwordFile, key.name)), signer: key.address }
  }
}
