import { BaseCommand } from '../../cli/command.js'
import { networkFlags, onNetwork } from '../../cli/network.js'
import { renderRecipient } from '../../cli/outlook.js'
import { type MeasuredRate, rateOf, renderBridge, renderRate, searchBatches } from '../../cli/rewards.js'
import { sequencerArgument, sequencerFlags, wantedSequencer } from '../../cli/sequencer.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { formatMetis } from '../../core/staking/amount.js'
import { dateOf } from '../../core/staking/time.js'
import type { SequencerRecord } from '../../core/staking/types.js'
import { outlookOf } from '../../core/staking/view/outlook.js'
import type { BatchShare, RewardBatch } from '../../l1/rewards.js'

interface ShownBatch extends RewardBatch {
  /** What the present signer got of it; null where the call that paid it cannot be read. */
  readonly own: BatchShare | null
}

interface Rewards {
  readonly network: string
  readonly sequencer: SequencerRecord
  /** ETH in wei that claiming would have to send to the bridge now; null where its price could not be read. */
  readonly bridgeFee: bigint | null
  readonly rate: MeasuredRate
  /** The newest last. */
  readonly batches: readonly ShownBatch[]
}

const SHOWN_BATCHES = 10

/** The rewards of a sequencer and where they come from. */
export default class RewardsShow extends BaseCommand {
  static override summary =
    'Show the unclaimed rewards, what claiming costs, what stakes earn, and the last reward batches.'
  static override description =
    `Reward batches are looked for in the logs of about the last 30 days, and what this sequencer got in the calls that paid them:
blocks that it made with an earlier signer are not among them.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from owner',
    '<%= config.bin %> <%= command.id %> 1 --network andromeda --rpc-url https://ethereum.example',
  ]
  static override args = { sequencer: sequencerArgument }
  static override flags = { ...sequencerFlags, ...networkFlags }

  async run(): Promise<Rewards> {
    const { args, flags } = await this.parse(RewardsShow)
    return onNetwork(flags, async (open) => {
      const { client } = open
      const { readBatchShares, readSequencerView } = await import('../../l1/index.js')
      const wanted = await wantedSequencer(args.sequencer, flags, open)
      if (wanted === undefined) throw unnamed()
      const view = await readSequencerView(client, wanted)
      const { record, totals, pool } = view
      const history = await this.working((progress) => searchBatches(client, pool.block.number, progress))
      const newest = history.batches.slice(-SHOWN_BATCHES)
      const shares = await readBatchShares(client, newest, record.signer)
      const batches = newest.map((batch, i) => ({ ...batch, own: shares[i] ?? null }))
      const outlook = outlookOf(view)
      const rate = rateOf(history, totals.activeStake)
      this.print(
        [
          `Unclaimed: ${formatMetis(record.reward)} METIS, ${renderRecipient(record.rewardRecipient)}`,
          `Bridge:    ${renderBridge(outlook)}`,
          `Rate:      ${renderRate(rate)}`,
        ].join('\n'),
      )
      await this.#show(batches)
      return { network: client.network.name, sequencer: record, bridgeFee: outlook.bridgeFee, rate, batches }
    })
  }

  async #show(batches: readonly ShownBatch[]): Promise<void> {
    if (batches.length === 0) return
    await this.table(
      ['BATCH', 'PAID', 'EPOCHS', 'METIS IN ALL', 'BLOCKS', 'METIS'],
      batches.map(({ id, timestamp, startEpoch, endEpoch, amount, own }) => [
        id,
        dateOf(timestamp),
        `${startEpoch}-${endEpoch}`,
        formatMetis(amount),
        own?.blocks,
        own ? formatMetis(own.reward) : undefined,
      ]),
    )
    if (batches.some(({ own }) => own === null)) {
      this.note('What this sequencer got of a batch is not shown where the call that paid it cannot be read.')
    }
  }
}

function unnamed(): MetisSeqError {
  return new MetisSeqError('SEQUENCER_NOT_NAMED', 'Whose rewards are meant is not said.', {
    exit: Exit.usage,
    next: 'Give the id of the sequencer, or a key with --from.',
  })
}
