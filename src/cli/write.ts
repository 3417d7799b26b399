import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { ExportFile, ExportKind } from '../core/staking/offline/documents.js'
import { assertPassed } from '../core/staking/precheck.js'
import { BURNT_SIGNER_ID, type Plan, type SequencerRecord, type Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import type { TxRecord } from '../l1/journal/index.js'
import type { Performed } from '../l1/perform.js'
import type { Rehearsal } from '../l1/rehearse.js'
import type { Sent } from '../l1/send/index.js'
import { BaseCommand } from './command.js'
import { searchFor } from './ledgerSearch.js'
import { type OpenNetwork, onNetwork } from './network.js'
import { type Account, findAccount } from './owner.js'
import { renderPlan } from './plan.js'
import type { WriteChoice } from './sendFlags.js'
import { confirmOnce } from './signing.js'
import { goOnWithoutReader } from './streams.js'

/** What a command that sends gives with `--json`. */
export interface WriteResult {
  readonly network: string
  readonly status: 'done' | 'dry-run' | 'exported' | 'nothing-due'
  /** Why nothing was due. */
  readonly reason: string | null
  readonly plan: Plan | null
  readonly rehearsal: Rehearsal | null
  readonly transactions: readonly Sent[]
  readonly sequencer: SequencerRecord | null
  /** What `--export` wrote. */
  readonly exported: ExportFile | null
}

/** What `wishOf` may answer where the chain already has what is wanted. */
export interface NothingDue {
  readonly reason: string
}

/** A command that sends: reads, plans, rehearses, asks once, sends, reads back. */
export abstract class WriteCommand extends BaseCommand {
  /** Who sends it: that is what `--from ledger` searches for. */
  protected readonly sender: 'owner' | 'signer' = 'owner'

  /** @throws MetisSeqError of the first failed precheck (exit 3), `NOT_CONFIRMED` (exit 4), and as `performPlan` */
  protected write(
    flags: WriteChoice,
    wishOf: (open: OpenNetwork, from: Address) => Promise<Wish | NothingDue>,
    later: (open: OpenNetwork, done: WriteResult) => Promise<void> = async () => {},
  ): Promise<WriteResult> {
    if (!flags['dry-run'] && flags.export === undefined) goOnWithoutReader()
    return onNetwork(flags, async (open) => {
      const { client, devnet } = open
      const keyless = flags.export !== undefined
      const search = searchFor(client, this.sender, flags.id)
      const account = await findAccount(flags.from, flags, { devnet, keyless, search })
      const { fileJournal, journalPath, withQuietAccount } = await import('../l1/index.js')
      const work = async () => {
        const wish = await wishOf(open, account.address)
        const result =
          'reason' in wish
            ? this.#nothing(client.network.name, wish.reason)
            : await this.#go(open, account, wish, flags)
        if (result.status === 'done') await later(open, result)
        return result
      }
      if (keyless) return work()
      const journal = fileJournal(journalPath(), Date.now)
      const onForgotten = ({ title, nonce }: TxRecord) =>
        this.note(
          `An earlier run signed "${title}" (nonce ${nonce}), which never arrived: what is sent now takes its place.`,
        )
      return withQuietAccount(client, account.address, { journal, onForgotten }, work)
    })
  }

  /** An action of the owner that sends rewards over the bridge. @throws as `write` */
  protected writeBridging(
    action: 'unlock' | 'claim' | 'claimRewards',
    flags: WriteChoice & { readonly 'bridge-fee'?: bigint | undefined },
  ): Promise<WriteResult> {
    const { id, 'bridge-fee': fee } = flags
    return this.write(flags, async (open, owner) => {
      const wish = { action, owner, id: await sequencerOf(open, owner, id) }
      return fee === undefined ? wish : { ...wish, bridgeFee: fee }
    })
  }

  async #go({ client }: OpenNetwork, account: Account, wish: Wish, flags: WriteChoice): Promise<WriteResult> {
    const { prepareWish, rehearsePlan } = await import('../l1/index.js')
    const network = client.network.name
    const plan = await prepareWish(client, wish, flags.speed)
    const documentAlone = flags.export !== undefined && flags.out === undefined
    if (documentAlone && !this.jsonEnabled()) this.note(renderPlan(plan))
    else this.print(renderPlan(plan))
    assertPassed(plan.prechecks.filter(({ code }) => !paidByOthers(flags.export, code)))
    const rehearsal = await rehearsePlan(client, plan)
    const base = { network, reason: null, plan, rehearsal, transactions: [], sequencer: null, exported: null }
    if (flags['dry-run']) {
      this.note('A dry run: nothing was sent.')
      return { ...base, status: 'dry-run' }
    }
    if (flags.export !== undefined) {
      return { ...base, status: 'exported', exported: await this.#export(client, plan, flags.export, flags) }
    }
    await confirmOnce(`On ${network}, with ${account.address}: ${plan.title}?`, flags.yes)
    return { ...base, status: 'done', ...(await this.#send(client, account, plan, flags)) }
  }

  /** Writes the document to the file, else to stdout. */
  async #export(client: OpenNetwork['client'], plan: Plan, kind: ExportKind, { speed, out }: WriteChoice) {
    const { exportFor } = await import('../l1/index.js')
    const exported = await exportFor(client, plan, kind, speed, Date.now())
    await this.document(exported, out)
    if (out !== undefined) this.note(`Nothing was sent. ${out} is for whoever signs for ${plan.from}.`)
    return exported
  }

  async #send(client: OpenNetwork['client'], account: Account, plan: Plan, flags: WriteChoice): Promise<Performed> {
    const { fileJournal, journalPath, performPlan } = await import('../l1/index.js')
    const signer = await account.open()
    const done = await this.working((progress) =>
      performPlan(client, signer, plan, {
        journal: fileJournal(journalPath(), Date.now),
        confirmations: flags.confirmations,
        timeoutSeconds: flags.timeout,
        speed: flags.speed,
        onSent: (title, hash) => progress.step(`${title} (${hash})`),
        signal: this.interrupted(),
      }),
    )
    this.print(`Done: ${plan.title}.`)
    return done
  }

  #nothing(network: string, reason: string): WriteResult {
    this.print(`Nothing is due. ${reason}`)
    const nothing = { plan: null, rehearsal: null, transactions: [], sequencer: null, exported: null }
    return { network, status: 'nothing-due', reason, ...nothing }
  }
}

/** Whether the precheck is about gas that whoever sends the exported call pays: a Safe has often no ETH. */
function paidByOthers(kind: ExportKind | undefined, code: string): boolean {
  return (kind === 'safe' || kind === 'calldata') && code === 'INSUFFICIENT_ETH'
}

/**
 * The id that is named, else that of the sequencer of `account`: the one that it has the role `as` in, before another.
 * @throws MetisSeqError `SEQUENCER_NOT_FOUND` (exit 3)
 */
export async function sequencerOf(
  { client }: OpenNetwork,
  account: Address,
  id: bigint | undefined,
  as: 'owner' | 'signer' = 'owner',
): Promise<bigint> {
  if (id !== undefined) return id
  const { readRoles } = await import('../l1/index.js')
  const [{ owned, signed } = { owned: 0n, signed: 0n }] = await readRoles(client, [account])
  const found = (as === 'owner' ? [owned, signed] : [signed, owned]).find((each) => each > 0n && each < BURNT_SIGNER_ID)
  if (found !== undefined) return found
  const past = signed === BURNT_SIGNER_ID ? ' any more: it was a signer, and was replaced or has left' : ''
  throw new MetisSeqError('SEQUENCER_NOT_FOUND', `${account} has no sequencer on ${client.network.name}${past}.`, {
    exit: Exit.precheck,
    next: 'Name the right account with --from, or the sequencer with --id.',
  })
}
