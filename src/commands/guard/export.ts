import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { findGuard, guardArgument, renderGuard } from '../../cli/guard.js'
import { nodeFlag } from '../../cli/snapshot.js'
import type { GuardView } from '../../node/index.js'

/** The guard goes where the key goes. */
export default class GuardExport extends BaseCommand {
  static override summary = 'Hand the guard of a stopped node over, in a file.'
  static override description =
    `For a node that moves to another machine. From then on the node seals nothing here, so that two machines never do; the
other one seals once it has imported the file. The file holds no secret. It is good for one import: two nodes that both
imported it and have the key would sign twice.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> guard.json --node 1',
    '<%= config.bin %> <%= command.id %> /media/stick/guard.json --node 1 --json',
  ]
  static override args = { file: guardArgument }
  static override flags = { 'data-dir': dataDirFlag, node: nodeFlag }

  async run(): Promise<GuardView & { file: string }> {
    const { args, flags } = await this.parse(GuardExport)
    const { exportGuard } = await import('../../node/index.js')
    const guard = await exportGuard(await findGuard(flags['data-dir'], flags.node), args.file)
    this.print(`${await renderGuard(guard)}\nWrote ${args.file}. Import it where the node goes, and nowhere else.`)
    return { file: args.file, ...guard }
  }
}
