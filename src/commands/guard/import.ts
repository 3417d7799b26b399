import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { findGuard, guardArgument, renderGuard } from '../../cli/guard.js'
import { readInput } from '../../cli/input.js'
import { nodeFlag } from '../../cli/snapshot.js'
import type { GuardView } from '../../node/index.js'

const MAX_BYTES = 64 * 1024

/** A guard that comes with its key. */
export default class GuardImport extends BaseCommand {
  static override summary = 'Take over an exported guard into a stopped node.'
  static override description =
    `Checks the file, its network and whose key it guards. What either guard knows to be signed stays refused: an import never
lowers anything. A guard that was exported takes only a file that came out of that export; the file of the export itself
wants --back, which says that no other node has imported it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> guard.json --node 1',
    '<%= config.bin %> <%= command.id %> guard.json --node 1 --back',
  ]
  static override args = { file: guardArgument }
  static override flags = {
    'data-dir': dataDirFlag,
    node: nodeFlag,
    back: Flags.boolean({ description: 'Undo the export: the file was imported nowhere else.' }),
  }

  async run(): Promise<GuardView & { file: string }> {
    const { args, flags } = await this.parse(GuardImport)
    const { importGuard } = await import('../../node/index.js')
    const text = (await readInput(args.file, MAX_BYTES)).toString('utf8')
    const place = await findGuard(flags['data-dir'], flags.node)
    const guard = await importGuard(place, { text, path: args.file, back: flags.back })
    this.print(`${await renderGuard(guard)}\nNode ${flags.node} seals from its next start on. Delete ${args.file}.`)
    return { file: args.file, ...guard }
  }
}
