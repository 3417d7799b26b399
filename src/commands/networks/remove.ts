import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { networkInUse } from '../../cli/inUse.js'
import { findNetwork, forgetNetwork } from '../../cli/networks.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'

/** Forgets a network. */
export default class NetworksRemove extends BaseCommand {
  static override summary = 'Forget a network that was added; of andromeda and sepolia the endpoints alone.'
  static override description =
    'Keys, locks and what was sent stay. The network in use, and one with transactions under way, are not removed.'
  static override examples = ['<%= config.bin %> <%= command.id %> mine']
  static override args = { network: Args.string({ description: 'Name of the network.', required: true }) }

  async run(): Promise<{ removed: string; lockingPool: string }> {
    const { args } = await this.parse(NetworksRemove)
    const name = args.network
    if (name === 'devnet')
      throw nothing('the devnet is data of a folder; `metis-seq run --devnet --reset` begins it anew')
    const { origin, contracts } = await findNetwork(name)
    if (origin === 'added') await refuseWhileNeeded(name)
    if (!(await forgetNetwork(name))) throw nothing(`nothing is kept for ${name}, which comes with metis-seq`)
    this.print(
      origin === 'added'
        ? `Removed ${name}. Its LockingPool is ${contracts.lockingPool}, with which it can be added again.`
        : `Removed the endpoints of ${name}.`,
    )
    return { removed: name, lockingPool: contracts.lockingPool }
  }
}

function nothing(reason: string): MetisSeqError {
  return new MetisSeqError('NOTHING_TO_REMOVE', `There is nothing to remove: ${reason}.`, {
    exit: Exit.usage,
    next: '`metis-seq networks list` shows what is kept.',
  })
}

/** @throws MetisSeqError `NETWORK_IN_USE`, `NETWORK_NEEDED` (exit 3), and as the journal */
async function refuseWhileNeeded(name: string): Promise<void> {
  if ((await networkInUse()) === name) {
    throw new MetisSeqError(
      'NETWORK_IN_USE',
      `${name} is the network in use: without it commands would mean another one.`,
      {
        exit: Exit.precheck,
        next: 'Choose another one first: `metis-seq networks use NAME`.',
      },
    )
  }
  const { fileJournal, journalPath } = await import('../../l1/journal/index.js')
  const records = await fileJournal(journalPath(), Date.now).read()
  const open = records.filter(({ network, state }) => network === name && state === 'open')
  if (open.length === 0) return
  throw new MetisSeqError('NETWORK_NEEDED', `${open.length} transactions on ${name} are still under way.`, {
    exit: Exit.precheck,
    next: 'Finish them first: `metis-seq tx list` names them, `metis-seq tx resume` goes on.',
    details: { hashes: open.map(({ hash }) => hash) },
  })
}
