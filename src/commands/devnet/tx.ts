import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import type { TrafficResult } from '../../devnet/traffic.js'

export default class DevnetTx extends BaseCommand {
  static override summary = 'Send sample transfers to a running devnet.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --count 20 --node 2',
  ]
  static override flags = {
    'data-dir': dataDirFlag,
    count: Flags.integer({ description: 'How many.', default: 1, min: 1, max: 1000 }),
    node: Flags.integer({ description: 'Number of the node that gets them; otherwise the first that runs.', min: 0 }),
  }

  async run(): Promise<TrafficResult> {
    const { flags } = await this.parse(DevnetTx)
    const { askDevnet } = await import('../../devnet/client.js')
    const { sendTraffic } = await import('../../devnet/traffic.js')
    const devnet = await askDevnet(flags['data-dir'])
    const progress = await this.progress()
    progress.step(`Sending ${flags.count} transfers`)
    const result = await sendTraffic(devnet, flags.count, flags.node)
    progress.done()
    this.print(`${result.sent} transfers are in the chain up to block ${result.lastBlock}.`)
    return result
  }
}
