import { BaseCommand } from '../../cli/command.js'
import { describe, snapshotArgument, told } from '../../cli/snapshot.js'
import type { SnapshotContent } from '../../node/index.js'

/** What is in a snapshot, and that it is whole. */
export default class SnapshotShow extends BaseCommand {
  static override summary = 'Check a snapshot and say what it holds.'
  static override description =
    `Reads the whole file and checks it as an import does, without writing anything. That its block is on the chain of a network
only a node of that network can say.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> state.snapshot',
    '<%= config.bin %> <%= command.id %> state.snapshot --json',
  ]
  static override args = { file: snapshotArgument }

  async run(): Promise<SnapshotContent> {
    const { args } = await this.parse(SnapshotShow)
    const { lookAtSnapshot } = await import('../../node/index.js')
    const signal = this.interrupted()
    const content = await this.working((progress) => {
      progress.step(`Reading ${args.file}`)
      return lookAtSnapshot(args.file, { signal, onProgress: told(progress) })
    })
    this.print(describe(content))
    return content
  }
}
