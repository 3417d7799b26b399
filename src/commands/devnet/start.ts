import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag, nodeArgument } from '../../cli/devnetFlags.js'
import type { DevnetNode } from '../../devnet/descriptor.js'

export default class DevnetStart extends BaseCommand {
  static override summary = 'Start one node of a running devnet.'
  static override examples = ['<%= config.bin %> <%= command.id %> 0']
  static override args = { node: nodeArgument }
  static override flags = { 'data-dir': dataDirFlag }

  async run(): Promise<{ node: DevnetNode | null }> {
    const { args, flags } = await this.parse(DevnetStart)
    const { askDevnet } = await import('../../devnet/client.js')
    const { nodes } = await askDevnet(flags['data-dir'], { what: 'start', index: args.node })
    const node = nodes.find(({ index }) => index === args.node)
    this.print(`Node ${args.node} is ${node?.state ?? 'unknown'}.`)
    return { node: node ?? null }
  }
}
