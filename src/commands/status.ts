import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { askConsensus, type Consensus } from '../cli/consensus.js'
import { networkFlags, type OpenNetwork, onNetwork } from '../cli/network.js'
import { type Detail, renderDetail } from '../cli/outlook.js'
import { rateOf, searchBatches } from '../cli/rewards.js'
import { sequencerArgument, sequencerFlags, wantedSequencer } from '../cli/sequencer.js'
import { formatMetis, formatShare } from '../core/staking/amount.js'
import type { PoolState, SequencerRecord } from '../core/staking/types.js'
import { nextActions } from '../core/staking/view/nextActions.js'
import { outlookOf, type SetTotals, shareOfSet } from '../core/staking/view/outlook.js'
import type { Address } from '../core/types/hex.js'
import type { KnownSequencer } from '../l1/consensus.js'

interface Shown extends SequencerRecord {
  /** Percentage of all that is locked. */
  readonly share: string
  /** Percentage of the stakes of all active sequencers. */
  readonly shareOfSet: string
  /** What consensus says; null where no node is known or it does not know the sequencer. */
  readonly consensus: KnownSequencer | null
}

interface Status {
  readonly network: string
  readonly pool: PoolState
  /** Of all sequencers, also where one is shown. */
  readonly totals: SetTotals
  readonly sequencers: readonly Shown[]
  /** Null without a sequencer that is named. */
  readonly detail: Detail | null
}

/** Shows the sequencers, or all about one. */
export default class StatusCommand extends BaseCommand {
  static override summary = 'Show the sequencers, or all about one and what to do next.'
  static override description =
    `Without a sequencer it lists all. Of one it shows stake and shares, the turns to expect, rewards and what stakes earn a year
(measured by the reward batches of about the last 30 days, not assumed), fees of the bridge, allowances that are left over,
throttles and dates, and the next action that makes sense.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from owner',
    '<%= config.bin %> <%= command.id %> 1 --network andromeda --rpc-url https://ethereum.example',
  ]
  static override args = { sequencer: sequencerArgument }
  static override flags = {
    ...sequencerFlags,
    rate: Flags.boolean({
      description: 'Measure what stakes earn a year; --no-rate saves up to 30 requests for logs.',
      default: true,
      allowNo: true,
    }),
    ...networkFlags,
  }

  async run(): Promise<Status> {
    const { args, flags } = await this.parse(StatusCommand)
    return onNetwork(flags, async (open) => {
      const wanted = await wantedSequencer(args.sequencer, flags, open)
      const consensus = await askConsensus(open, (text) => this.note(text))
      return wanted === undefined ? this.#all(open, consensus) : this.#one(open, wanted, consensus, flags.rate)
    })
  }

  async #all({ client }: OpenNetwork, consensus: Consensus | undefined): Promise<Status> {
    const { readOverview } = await import('../l1/index.js')
    const { pool, totals, sequencers } = await readOverview(client)
    const shown = sequencers.map((each) => shownOf(each, pool, totals, consensus))
    await this.table(
      ['ID', 'STATUS', 'STAKE METIS', 'SET %', 'SHARE %', 'REWARD METIS', 'SIGNER', 'CONSENSUS'],
      shown.map((each) => [
        each.id,
        each.status,
        formatMetis(each.amount),
        each.shareOfSet,
        each.share,
        formatMetis(each.reward),
        each.signer,
        each.consensus ? 'knows it' : undefined,
      ]),
    )
    this.print(
      `In all: ${totals.active} of ${totals.sequencers} active with ${formatMetis(totals.activeStake)} METIS, ${formatMetis(totals.reward)} METIS of rewards unclaimed`,
    )
    this.print(`Locked in all: ${formatMetis(pool.totalLocked)} METIS at L1 block ${pool.block.number}`)
    return { network: client.network.name, pool, totals, sequencers: shown, detail: null }
  }

  async #one(
    { client }: OpenNetwork,
    wanted: bigint | Address,
    consensus: Consensus | undefined,
    measured: boolean,
  ): Promise<Status> {
    const { readSequencerView } = await import('../l1/index.js')
    const { name, contracts } = client.network
    const view = await readSequencerView(client, wanted)
    const { pool, record, totals, owner } = view
    const history = measured
      ? await this.working((progress) => searchBatches(client, pool.block.number, progress))
      : null
    const shown = shownOf(record, pool, totals, consensus)
    const detail = {
      outlook: outlookOf(view),
      owner,
      turns: consensus?.turnsOf(record.signer) ?? null,
      rate: history && rateOf(history, totals.activeStake),
      next: nextActions(view, contracts),
    }
    this.print(renderDetail(name, view, detail, shown.consensus))
    return { network: name, pool, totals, sequencers: [shown], detail }
  }
}

function shownOf(
  record: SequencerRecord,
  { totalLocked }: PoolState,
  totals: SetTotals,
  consensus: Consensus | undefined,
): Shown {
  const known = consensus?.known.find(({ address, active }) => active && address === record.signer)
  return {
    ...record,
    share: formatShare(record.amount, totalLocked),
    shareOfSet: shareOfSet(record, totals),
    consensus: known ?? null,
  }
}
