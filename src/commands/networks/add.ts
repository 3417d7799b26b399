import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { readContractsFile } from '../../cli/contractsFile.js'
import { checkEndpoints, endpointsOf, moreEndpointFlags } from '../../cli/endpoints.js'
import { assertNetworkName, keepNetwork, networksPath } from '../../cli/networks.js'
import type { Network } from '../../l1/addressBook.js'

/** Adds a network of the user's. */
export default class NetworksAdd extends BaseCommand {
  static override summary = 'Add a network by its contracts; --network NAME means it from then on.'
  static override description =
    `The file is plain JSON: { "lockingPool": "0x...", "lockingInfo": "0x...", "metis": "0x...", "bridge": "0x..." }, of which lockingPool is enough.
The rest is read from the chain, and what the file says must agree with it. The endpoints are kept with the network.
For andromeda and sepolia, which come with metis-seq, \`networks use\` keeps them.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> mine --contracts contracts.json --rpc-url http://127.0.0.1:8545',
  ]
  static override args = { network: Args.string({ description: 'Name of the network.', required: true }) }
  static override flags = {
    contracts: Flags.string({ description: 'File with the addresses.', required: true, helpValue: 'FILE' }),
    'rpc-url': Flags.string({
      description: 'L1 endpoint.',
      env: 'METIS_SEQ_RPC_URL',
      required: true,
      helpValue: 'URL',
    }),
    ...moreEndpointFlags,
  }

  async run(): Promise<Network> {
    const { args, flags } = await this.parse(NetworksAdd)
    const { presetNames } = await import('../../l1/addressBook.js')
    const { discoverNetwork } = await import('../../l1/discover.js')
    const name = args.network
    assertNetworkName(name, presetNames())
    const known = await readContractsFile(flags.contracts)
    const network = await discoverNetwork(name, known, flags['rpc-url'])
    const endpoints = endpointsOf(flags)
    await checkEndpoints(network, { ...endpoints, rpcUrl: null }) // the first was asked for all above
    await keepNetwork(name, endpoints, network)
    this.print(`Added ${name}: L1 chain ${network.l1ChainId}, L2 chain ${network.l2ChainId}.`)
    this.note(
      `It is kept in ${networksPath()}. \`metis-seq networks use ${name}\` makes it the one that commands mean.`,
    )
    return network
  }
}
