import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import type { DevnetDescriptor } from '../../devnet/descriptor.js'

/** Everything needed to use a running devnet: the one place where (public test) keys are printed. */
export default class DevnetInfo extends BaseCommand {
  static override summary = 'Endpoints, contracts, nodes and funded accounts of a running devnet.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json --data-dir /tmp/second',
  ]
  static override flags = { 'data-dir': dataDirFlag }

  async run(): Promise<DevnetDescriptor> {
    const { flags } = await this.parse(DevnetInfo)
    const { askDevnet } = await import('../../devnet/client.js')
    const devnet = await askDevnet(flags['data-dir'])
    const { l1, l2, contracts, nodes, spare, accounts } = devnet
    this.print(`L1: ${l1.url}, chain id ${l1.chainId}\nL2: chain id ${l2.chainId}\n`)
    await this.table(['CONTRACT', 'ADDRESS'], Object.entries(contracts))
    await this.table(
      ['NODE', 'ADDRESS', 'STATE', 'RPC'],
      nodes.map(({ index, address, state, rpc }) => [index, address, state, rpc]),
    )
    this.print(`\nSpare key: node ${spare.index}, ${spare.keystore}, password in ${spare.passwordFile}\n`)
    await this.table(
      ['FUNDED ACCOUNT', 'PUBLIC TEST KEY'],
      accounts.map(({ address, privateKey }) => [address, privateKey]),
    )
    return devnet
  }
}
