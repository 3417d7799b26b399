import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { checkEndpoints, shownEndpoints } from '../../cli/endpoints.js'
import { networkInUse } from '../../cli/inUse.js'
import { devnetNetwork } from '../../cli/network.js'
import { findNetwork, type KnownNetwork, NO_ENDPOINTS } from '../../cli/networks.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'

interface Shown extends Omit<KnownNetwork, 'origin'> {
  readonly origin: 'preset' | 'added' | 'devnet'
  readonly inUse: boolean
  /** Whether its endpoints were asked, and agreed; false without --check. */
  readonly checked: boolean
}

/** Shows a network. */
export default class NetworksShow extends BaseCommand {
  static override summary = 'Show a network: chains, contracts, endpoints. With --check its endpoints are asked.'
  static override description =
    `Without --check nothing leaves this machine. With it every endpoint that is kept must be the right chain and those of L1
must have the contracts; otherwise it exits 6.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> sepolia --check',
  ]
  static override args = { network: Args.string({ description: 'Name of the network; without it the one in use.' }) }
  static override flags = {
    check: Flags.boolean({ description: 'Ask the endpoints for their chain and the contracts.', default: false }),
    'data-dir': dataDirFlag,
  }

  async run(): Promise<Shown> {
    const { args, flags } = await this.parse(NetworksShow)
    const inUse = await networkInUse()
    const found = await this.#find(args.network ?? inUse, flags['data-dir'])
    const { endpoints, name } = found
    if (flags.check) {
      if (endpoints.rpcUrl === null && endpoints.secondRpcUrl === null && endpoints.l2RpcUrl === null)
        throw nothing(name)
      await checkEndpoints(found, endpoints)
    }
    const shown = { ...found, endpoints: shownEndpoints(endpoints), inUse: name === inUse, checked: flags.check }
    this.print(describe(shown))
    return shown
  }

  async #find(
    name: string,
    dataDir: string | undefined,
  ): Promise<Omit<KnownNetwork, 'origin'> & Pick<Shown, 'origin'>> {
    if (name !== 'devnet') return findNetwork(name)
    const { readDescriptor } = await import('../../devnet/descriptor.js')
    const devnet = await readDescriptor(dataDir)
    const endpoints = { ...NO_ENDPOINTS, rpcUrl: devnet.l1.url, l2RpcUrl: devnet.nodes[0]?.rpc ?? null }
    return { ...devnetNetwork(devnet), origin: 'devnet', endpoints }
  }
}

function nothing(name: string): MetisSeqError {
  return new MetisSeqError('RPC_URL_MISSING', `No endpoint of ${name} is kept, so that there is nothing to ask.`, {
    exit: Exit.usage,
    next: `Keep one with \`metis-seq networks use ${name} --rpc-url URL\`.`,
  })
}

function describe({ name, origin, inUse, l1ChainId, l2ChainId, contracts, endpoints, checked }: Shown): string {
  return [
    `Name:         ${name} (${origin}${inUse ? ', in use' : ''})`,
    `L1 chain:     ${l1ChainId}`,
    `L2 chain:     ${l2ChainId}`,
    `METIS:        ${contracts.metis}`,
    `LockingInfo:  ${contracts.lockingInfo}`,
    `LockingPool:  ${contracts.lockingPool}`,
    `Bridge:       ${contracts.bridge}`,
    `L1 endpoint:  ${endpoints.rpcUrl ?? 'none is kept'}`,
    `Second one:   ${endpoints.secondRpcUrl ?? 'none is kept'}`,
    `L2 endpoint:  ${endpoints.l2RpcUrl ?? 'none is kept'}`,
    `Checked:      ${checked ? 'all that is kept answers, and is what it should be' : 'no; --check asks them'}`,
  ].join('\n')
}
