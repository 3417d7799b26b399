import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { findGuard, renderGuard } from '../../cli/guard.js'
import { nodeFlag } from '../../cli/snapshot.js'
import type { GuardView } from '../../node/index.js'

/** What keeps a key from signing twice. */
export default class GuardShow extends BaseCommand {
  static override summary = 'Show what the guard of a stopped node knows.'
  static override description =
    `The guard remembers which blocks a key sealed, so that it never seals two for one height, which is punished.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --node 1',
    '<%= config.bin %> <%= command.id %> --node 1 --json',
  ]
  static override flags = { 'data-dir': dataDirFlag, node: nodeFlag }

  async run(): Promise<GuardView> {
    const { flags } = await this.parse(GuardShow)
    const { lookAtGuard } = await import('../../node/index.js')
    const guard = await lookAtGuard(await findGuard(flags['data-dir'], flags.node))
    this.print(await renderGuard(guard))
    return guard
  }
}
