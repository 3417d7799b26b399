import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import {
  assertNetworkName,
  networksPath,
  readContractsFile,
  saveUserNetwork,
  type UserNetwork,
} from '../../cli/networks.js'

/** Adds a network of the user's. */
export default class NetworksAdd extends BaseCommand {
  static override summary = 'Add a network by its contracts; --network NAME means it from then on.'
  static override description =
    `The file is plain JSON: { "lockingPool": "0x...", "lockingInfo": "0x...", "metis": "0x...", "bridge": "0x..." }, of which lockingPool is enough.
The rest is read from the chain, and what the file says must agree with it. The endpoint is kept with the network.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> mine --contracts contracts.json --rpc-url http://127.0.0.1:8545',
  ]
  static override args = { name: Args.string({ description: 'Name of the network.', required: true }) }
  static override flags = {
    contracts: Flags.string({ description: 'File with the addresses.', required: true, helpValue: 'FILE' }),
    'rpc-url': Flags.string({
      description: 'L1 endpoint.',
      env: 'METIS_SEQ_RPC_URL',
      required: true,
      helpValue: 'URL',
    }),
  }

  async run(): Promise<Omit<UserNetwork, 'rpcUrl'>> {
    const { args, flags } = await this.parse(NetworksAdd)
    const { discoverNetwork, presetNames } = await import('../../l1/index.js')
    assertNetworkName(args.name, presetNames())
    const known = await readContractsFile(flags.contracts)
    const network = await discoverNetwork(args.name, known, flags['rpc-url'])
    await saveUserNetwork({ ...network, rpcUrl: flags['rpc-url'] })
    this.print(`Added ${args.name}: L1 chain ${network.l1ChainId}, L2 chain ${network.l2ChainId}.`)
    this.note(`It is kept in ${networksPath()}.`)
    return network
  }
}
