import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { assertPassed } from '../core/staking/precheck.js'
import { type Plan, type SequencerRecord, SPEEDS, type Speed, type Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import type { Performed } from '../l1/perform.js'
import type { Rehearsal } from '../l1/rehearse.js'
import type { Sent } from '../l1/send.js'
import { BaseCommand } from './command.js'
import { networkFlags, type OpenNetwork, onNetwork } from './network.js'
import { type Account, findAccount } from './owner.js'
import { renderPlan } from './plan.js'
import { confirmOnce, keystoreFlags, passwordFlags, yesFlag } from './signing.js'
import { wholeFlag } from './values.js'

/** Flags of every command that sends a transaction. */
export const sendFlags = {
  ...networkFlags,
  ...keystoreFlags,
  ...passwordFlags,
  confirmations: Flags.integer({
    description: 'Blocks that must hold each transaction.',
    default: 1,
    min: 1,
    max: 100,
  }),
  timeout: Flags.integer({ description: 'Seconds to wait for each confirmation.', default: 300, min: 1, max: 86_400 }),
  speed: Flags.option({ options: SPEEDS, description: 'How much to pay for being mined soon.', default: 'normal' })(),
  'dry-run': Flags.boolean({ description: 'Stop after the prechecks and the rehearsal; send nothing.' }),
  yes: yesFlag,
}

export const fromFlag = Flags.string({
  description:
    'Key of the account that sends: name, address or path; on a devnet also the address of a funded account.',
  required: true,
  helpValue: 'KEY',
})

export const idFlag = wholeFlag({
  description: 'Id of the sequencer; without it the one of the account.',
  helpValue: 'N',
})

export interface WriteChoice {
  readonly network: string
  readonly 'rpc-url'?: string | undefined
  readonly 'data-dir'?: string | undefined
  readonly keystore: string
  readonly 'password-file'?: string | undefined
  readonly confirmations: number
  readonly timeout: number
  readonly speed: Speed
  readonly 'dry-run': boolean
  readonly yes: boolean
  readonly from: string
}

/** What a command that sends gives with `--json`. */
export interface WriteResult {
  readonly network: string
  readonly status: 'done' | 'dry-run' | 'nothing-due'
  /** Why nothing was due. */
  readonly reason: string | null
  readonly plan: Plan | null
  readonly rehearsal: Rehearsal | null
  readonly transactions: readonly Sent[]
  readonly sequencer: SequencerRecord | null
}

/** What `wishOf` may answer where the chain already has what is wanted. */
export interface NothingDue {
  readonly reason: string
}

/** A command that sends: reads, plans, rehearses, asks once, sends, reads back. */
export abstract class WriteCommand extends BaseCommand {
  /** @throws MetisSeqError of the first failed precheck (exit 3), `NOT_CONFIRMED` (exit 4), and as `performPlan` */
  protected write(
    flags: WriteChoice,
    wishOf: (open: OpenNetwork, from: Address) => Promise<Wish | NothingDue>,
    later: (open: OpenNetwork, done: WriteResult) => Promise<void> = async () => {},
  ): Promise<WriteResult> {
    return onNetwork(flags, async (open) => {
      const { client, devnet } = open
      const passwordFile = flags['password-file']
      const account = await findAccount(flags.from, { keystore: flags.keystore, passwordFile, devnet })
      const { withQuietAccount } = await import('../l1/index.js')
      return withQuietAccount(client, account.address, async () => {
        const wish = await wishOf(open, account.address)
        const result =
          'reason' in wish
            ? this.#nothing(client.network.name, wish.reason)
            : await this.#go(open, account, wish, flags)
        if (result.status === 'done') await later(open, result)
        return result
      })
    })
  }

  async #go({ client }: OpenNetwork, account: Account, wish: Wish, flags: WriteChoice): Promise<WriteResult> {
    const { prepareWish, rehearsePlan } = await import('../l1/index.js')
    const network = client.network.name
    const plan = await prepareWish(client, wish)
    this.print(renderPlan(plan))
    assertPassed(plan.prechecks)
    const rehearsal = await rehearsePlan(client, plan)
    const base = { network, reason: null, plan, rehearsal }
    if (flags['dry-run']) {
      this.note('A dry run: nothing was sent.')
      return { ...base, status: 'dry-run', transactions: [], sequencer: null }
    }
    await confirmOnce(`On ${network}, with ${account.address}: ${plan.title}?`, flags.yes)
    return { ...base, status: 'done', ...(await this.#send(client, account, plan, flags)) }
  }

  async #send(client: OpenNetwork['client'], account: Account, plan: Plan, flags: WriteChoice): Promise<Performed> {
    const { fileJournal, journalPath, performPlan } = await import('../l1/index.js')
    const signer = await account.open()
    const progress = await this.progress()
    try {
      const done = await performPlan(client, signer, plan, {
        journal: fileJournal(journalPath(), Date.now),
        confirmations: flags.confirmations,
        timeoutSeconds: flags.timeout,
        speed: flags.speed,
        onSent: (step, hash) => progress.step(`${step.title} (${hash})`),
      })
      progress.done()
      this.print(`Done: ${plan.title}.`)
      return done
    } catch (error) {
      progress.fail()
      throw error
    }
  }

  #nothing(network: string, reason: string): WriteResult {
    this.print(`Nothing is due. ${reason}`)
    return { network, status: 'nothing-due', reason, plan: null, rehearsal: null, transactions: [], sequencer: null }
  }
}

/** The id that is named, else that of the sequencer of `account`. @throws MetisSeqError `SEQUENCER_NOT_FOUND` (exit 3) */
export async function sequencerOf({ client }: OpenNetwork, account: Address, id: bigint | undefined): Promise<bigint> {
  if (id !== undefined) return id
  const { findSequencerId } = await import('../l1/index.js')
  const found = await findSequencerId(client, account)
  if (found > 0n) return found
  throw new MetisSeqError('SEQUENCER_NOT_FOUND', `${account} has no sequencer on ${client.network.name}.`, {
    exit: Exit.precheck,
    next: 'Name the right account with --from, or the sequencer with --id.',
  })
}
