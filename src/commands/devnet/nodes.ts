import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import type { DevnetNode } from '../../devnet/descriptor.js'

export default class DevnetNodes extends BaseCommand {
  static override summary = 'The nodes of a running devnet.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override flags = { 'data-dir': dataDirFlag }

  async run(): Promise<{ nodes: DevnetNode[] }> {
    const { flags } = await this.parse(DevnetNodes)
    const { askDevnet } = await import('../../devnet/client.js')
    const { nodes } = await askDevnet(flags['data-dir'])
    await this.table(
      ['NODE', 'ADDRESS', 'STAKE (METIS)', 'STATE', 'RPC'],
      nodes.map(({ index, address, stake, state, rpc }) => [index, address, BigInt(stake) / 10n ** 18n, state, rpc]),
    )
    return { nodes }
  }
}
