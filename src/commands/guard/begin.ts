import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { findGuard, renderGuard, termAfter } from '../../cli/guard.js'
import { nodeFlag } from '../../cli/snapshot.js'
import type { GuardView } from '../../node/index.js'

/** A guard that was lost begins where nothing can have been signed. */
export default class GuardBegin extends BaseCommand {
  static override summary = 'Begin a guard anew for a stopped node whose guard is lost or was moved away.'
  static override description =
    `First make sure that no other machine can sign with the key. All it ever signed is then of terms up to the one that runs
now, which is asked of the nodes that run: the key seals nothing any more up to the end of that term, and takes its
turns again after it. --after-term names a later term, or the one that runs now where no node answers.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --node 1',
    '<%= config.bin %> <%= command.id %> --node 1 --after-term 812',
  ]
  static override flags = {
    'data-dir': dataDirFlag,
    node: nodeFlag,
    'after-term': Flags.integer({
      description: 'Last term in which the key may have signed, or a later one.',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  }

  async run(): Promise<GuardView> {
    const { flags } = await this.parse(GuardBegin)
    const { beginLostGuard } = await import('../../node/index.js')
    const place = await findGuard(flags['data-dir'], flags.node)
    const term = await termAfter(place, { dataDir: flags['data-dir'], given: flags['after-term'] })
    const guard = await beginLostGuard(place, term)
    this.print(`${await renderGuard(guard)}\nNode ${flags.node} seals again in terms after ${term}.`)
    return guard
  }
}
