import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { blockHashFlag, describe, nodeFlag, snapshotArgument, told } from '../../cli/snapshot.js'
import type { SnapshotContent } from '../../node/index.js'

interface Imported extends SnapshotContent {
  node: number
  /** Whether the block's hash was given with --expect: everything else was checked against it. */
  trusted: boolean
}

/** A node's chain that begins with a snapshot. */
export default class SnapshotImport extends BaseCommand {
  static override summary = 'Let a node without a chain begin with a snapshot.'
  static override description =
    `Every block, account, slot and code is checked against the hash of the snapshot's block, so with --expect nobody has to
trust the file or where it comes from: take the hash from a node that you trust or from a decided checkpoint. The node then
has no blocks, receipts and logs of what was before. After a failure or Ctrl-C nothing is left; after a power cut the node
refuses to start until the import is done again.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> state.snapshot --node 4 --expect 0x5d2c...',
    '<%= config.bin %> <%= command.id %> state.snapshot --node 4 --data-dir /tmp/second --json',
  ]
  static override args = { file: snapshotArgument }
  static override flags = {
    'data-dir': dataDirFlag,
    node: nodeFlag,
    expect: blockHashFlag({ description: 'Hash that the block of the snapshot must have.' }),
  }

  async run(): Promise<Imported> {
    const { args, flags } = await this.parse(SnapshotImport)
    const [{ findNodeData }, { importSnapshot }] = await Promise.all([
      import('../../devnet/nodeData.js'),
      import('../../node/index.js'),
    ])
    const data = await findNodeData(flags['data-dir'], flags.node)
    const { expect, node } = flags
    const signal = this.interrupted()
    const content = await this.working((progress) => {
      progress.step(`Reading ${args.file} into node ${node}`)
      return importSnapshot({ ...data, path: args.file, expect, signal, onProgress: told(progress) })
    })
    this.print(`${describe(content)}\nNode ${node} begins with it at its next start.`)
    if (expect === undefined) {
      this.note(
        `NOT CHECKED: that block ${content.number} ${content.hash} is on the chain of this network. Ask a node that you trust for
the block before you start the node, or import with --expect HASH.`,
      )
    }
    return { node, ...content, trusted: expect !== undefined }
  }
}
