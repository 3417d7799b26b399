import { BaseCommand } from '../../cli/command.js'
import { shownEndpoints } from '../../cli/endpoints.js'
import { networkInUse } from '../../cli/inUse.js'
import { type KnownNetwork, knownNetworks } from '../../cli/networks.js'

interface Listed extends KnownNetwork {
  readonly inUse: boolean
}

/** Lists the networks. */
export default class NetworksList extends BaseCommand {
  static override summary = 'List the networks that --network can name, and which one is in use.'
  static override description =
    'Beside these, `devnet` means the devnet of this machine. Credentials in endpoints are left out.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<{ inUse: string; networks: Listed[] }> {
    await this.parse(NetworksList)
    const inUse = await networkInUse()
    const networks = (await knownNetworks()).map((each) => {
      return { ...each, endpoints: shownEndpoints(each.endpoints), inUse: each.name === inUse }
    })
    await this.table(
      ['NAME', 'L1 CHAIN', 'L2 CHAIN', 'LOCKING POOL', 'FROM', 'L1 ENDPOINT', 'IN USE'],
      networks.map(({ name, l1ChainId, l2ChainId, contracts, origin, endpoints, inUse: used }) => [
        name,
        l1ChainId,
        l2ChainId,
        contracts.lockingPool,
        origin,
        endpoints.rpcUrl ?? undefined,
        used ? 'yes' : 'no',
      ]),
    )
    if (!networks.some((each) => each.inUse)) this.note(`In use: ${inUse}.`)
    return { inUse, networks }
  }
}
