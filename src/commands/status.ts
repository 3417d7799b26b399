import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { networkFlags, onNetwork } from '../cli/network.js'
import { parseAddress, parseWhole } from '../cli/values.js'
import { messageOf } from '../core/errors/index.js'
import { formatMetis } from '../core/staking/amount.js'
import type { PoolState } from '../core/staking/types.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import type { KnownSequencer } from '../l1/consensus.js'
import type { SequencerStatusLine } from '../l1/status.js'

interface Shown extends SequencerStatusLine {
  /** What consensus says; null where no node is known or it does not know the sequencer. */
  readonly consensus: KnownSequencer | null
}

interface Status {
  readonly network: string
  readonly pool: PoolState
  readonly sequencers: readonly Shown[]
}

/** Shows the locks. */
export default class StatusCommand extends BaseCommand {
  static override summary = 'Show the sequencers: stake, share, owner, signer, reward.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 1 --network andromeda --rpc-url https://ethereum.example',
  ]
  static override args = {
    sequencer: Args.string({ description: 'Id of a sequencer, or address of its owner or signer; without it all.' }),
  }
  static override flags = { ...networkFlags }

  async run(): Promise<Status> {
    const { args, flags } = await this.parse(StatusCommand)
    const wanted = args.sequencer
    const which = wanted?.startsWith('0x')
      ? parseAddress(wanted, 'SEQUENCER')
      : wanted && parseWhole(wanted, 'SEQUENCER')
    return onNetwork(flags, async ({ client, devnet }) => {
      const { readStatus } = await import('../l1/index.js')
      const { pool, sequencers } = await readStatus(client, which || (wanted === undefined ? undefined : 0n))
      const known = devnet ? await this.#known(devnet) : undefined
      const shown = sequencers.map((each) => ({
        ...each,
        consensus: known?.find(({ address, active }) => active && address === each.signer) ?? null,
      }))
      if (wanted === undefined) await this.#overview(pool, shown)
      else for (const each of shown) this.print(describe(each, known !== undefined))
      return { network: client.network.name, pool, sequencers: shown }
    })
  }

  /** What the first node that answers says; a devnet whose nodes are down still has an L1 to show. */
  async #known(devnet: DevnetDescriptor): Promise<KnownSequencer[] | undefined> {
    const { readKnownSequencers } = await import('../l1/index.js')
    let problem = 'there is no node'
    for (const { rest } of devnet.nodes) {
      try {
        return await readKnownSequencers(rest)
      } catch (error) {
        problem = messageOf(error)
      }
    }
    this.note(`What consensus knows is not shown: ${problem}`)
    return undefined
  }

  async #overview(pool: PoolState, sequencers: readonly Shown[]): Promise<void> {
    await this.table(
      ['ID', 'STATUS', 'STAKE METIS', 'SHARE %', 'REWARD METIS', 'SIGNER', 'CONSENSUS'],
      sequencers.map((each) => [
        each.id,
        each.status,
        formatMetis(each.amount),
        each.share,
        formatMetis(each.reward),
        each.signer,
        each.consensus ? 'knows it' : undefined,
      ]),
    )
    this.print(`Locked in all: ${formatMetis(pool.totalLocked)} METIS at L1 block ${pool.block.number}`)
  }
}

function describe(each: Shown, asked: boolean): string {
  const consensus = asked ? (each.consensus ? 'knows it' : 'does not know it') : 'was not asked'
  return [
    `Sequencer: ${each.id} (${each.status})`,
    `Stake:     ${formatMetis(each.amount)} METIS, ${each.share} % of all`,
    `Reward:    ${formatMetis(each.reward)} METIS`,
    `Recipient: ${/^0x0+$/.test(each.rewardRecipient) ? 'none yet' : each.rewardRecipient}`,
    `Owner:     ${each.owner}`,
    `Signer:    ${each.signer}`,
    `Consensus: ${consensus}`,
  ].join('\n')
}
