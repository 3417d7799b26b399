import { BaseCommand } from '../../cli/command.js'
import { readUserNetworks } from '../../cli/networks.js'
import type { Network } from '../../l1/addressBook.js'

interface Listed extends Network {
  /** Comes with the program, or was added. */
  readonly origin: 'preset' | 'added'
}

/** Lists the networks. */
export default class NetworksList extends BaseCommand {
  static override summary = 'List the networks that --network can name.'
  static override description = 'Beside these, `devnet` means the devnet of this machine.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<{ networks: Listed[] }> {
    await this.parse(NetworksList)
    const { presetNames, presetNetwork } = await import('../../l1/addressBook.js')
    const presets = presetNames().filter((name) => name !== 'devnet')
    const networks: Listed[] = [
      ...presets.map((name) => ({ ...presetNetwork(name), origin: 'preset' as const })),
      ...[...(await readUserNetworks()).values()].map(({ rpcUrl: _, ...network }) => ({
        ...network,
        origin: 'added' as const,
      })),
    ]
    await this.table(
      ['NAME', 'L1 CHAIN', 'L2 CHAIN', 'LOCKING POOL', 'FROM'],
      networks.map(({ name, l1ChainId, l2ChainId, contracts, origin }) => [
        name,
        l1ChainId,
        l2ChainId,
        contracts.lockingPool,
        origin,
      ]),
    )
    return { networks }
  }
}
