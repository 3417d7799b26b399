import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { describe, nodeFlag, snapshotArgument, told } from '../../cli/snapshot.js'
import type { SnapshotContent } from '../../node/index.js'

/** The state of a stopped node in one file. */
export default class SnapshotExport extends BaseCommand {
  static override summary = 'Write the state of a stopped node into a file.'
  static override description =
    `The file holds a block, the 256 before it, and every account, slot and code of the state after it. Another node can begin
with it instead of importing the whole chain. Without --block it is of the newest block that consensus can no longer orphan,
32 below the head. The node must be stopped (\`devnet stop\`); the others go on. The file appears once it is whole and on the disk, and never replaces another one.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> state.snapshot --node 0',
    '<%= config.bin %> <%= command.id %> state.snapshot --node 2 --data-dir /tmp/second --block 5000 --json',
  ]
  static override args = { file: snapshotArgument }
  static override flags = {
    'data-dir': dataDirFlag,
    node: nodeFlag,
    block: Flags.integer({ description: 'Number of the block whose state is written.', min: 0 }),
  }

  async run(): Promise<SnapshotContent & { file: string }> {
    const { args, flags } = await this.parse(SnapshotExport)
    const [{ findNodeData }, { exportSnapshot }] = await Promise.all([
      import('../../devnet/nodeData.js'),
      import('../../node/index.js'),
    ])
    const data = await findNodeData(flags['data-dir'], flags.node)
    const signal = this.interrupted()
    const content = await this.working((progress) => {
      progress.step(`Writing the state of node ${flags.node} into ${args.file}`)
      return exportSnapshot({ ...data, path: args.file, block: flags.block, signal, onProgress: told(progress) })
    })
    this.print(`${describe(content)}\nImport it with --expect ${content.hash}`)
    return { file: args.file, ...content }
  }
}
