import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { changeConfig } from '../../cli/config/change.js'
import { checkEndpoints, endpointsOf, moreEndpointFlags, shownEndpoints } from '../../cli/endpoints.js'
import { type Endpoints, findNetwork, keepNetwork, keptEndpoints } from '../../cli/networks.js'
import { askSecret } from '../../cli/signing.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'

/** Chooses a network for good. */
export default class NetworksUse extends BaseCommand {
  static override summary = 'Make a network the one that commands mean without --network, and keep its endpoints.'
  static override description =
    `Endpoints are kept with the network, in a file that only you can read, and shown without credentials. They are asked first:
one of another chain or without the contracts is refused (exit 6); one that does not answer now is kept, with a warning.
With \`--rpc-url -\` you are asked for it, hidden, or it is read from standard input: an endpoint that holds an access key stays out of the shell's history.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> andromeda --rpc-url -',
    '<%= config.bin %> <%= command.id %> sepolia --second-rpc-url https://other.example',
    '<%= config.bin %> <%= command.id %> devnet',
  ]
  static override args = { network: Args.string({ description: 'Name of the network.', required: true }) }
  static override flags = {
    // No environment here: what is meant for one command must not be kept for all of them.
    'rpc-url': Flags.string({
      description: 'L1 endpoint to keep with the network; `-` asks for it, hidden.',
      helpValue: 'URL',
    }),
    ...moreEndpointFlags,
  }

  async run(): Promise<{ inUse: string; endpoints: Endpoints; answered: boolean | null }> {
    const { args, flags } = await this.parse(NetworksUse)
    const name = args.network
    const asked = flags['rpc-url'] === '-' ? (await askSecret(`L1 endpoint of ${name}:`)).trim() : flags['rpc-url']
    const given = endpointsOf({ ...flags, 'rpc-url': asked })
    const some = Object.values(given).some((url) => url !== null)
    const answered = some ? await this.#ask(name, given) : null
    if (!some && name !== 'devnet') await findNetwork(name)
    const endpoints = some ? await keepNetwork(name, given) : await keptEndpoints(name)
    await changeConfig({ network: name })
    this.print(`Commands mean ${name} from now on, unless --network or METIS_SEQ_NETWORK says otherwise.`)
    if (process.env.METIS_SEQ_NETWORK) this.note(`METIS_SEQ_NETWORK is ${process.env.METIS_SEQ_NETWORK} in this shell.`)
    if (name !== 'devnet' && endpoints.rpcUrl === null) {
      this.note(`No L1 endpoint of ${name} is kept yet: add --rpc-url URL to this command.`)
    }
    return { inUse: name, endpoints: shownEndpoints(endpoints), answered }
  }

  /** Whether the endpoints answer; one that answers wrongly is an error. */
  async #ask(name: string, given: Endpoints): Promise<boolean> {
    if (name === 'devnet') {
      throw new MetisSeqError('ENDPOINT_FIXED', 'The endpoints of a devnet are its own.', {
        exit: Exit.usage,
        next: '`metis-seq devnet info` prints them. Leave the endpoint out.',
      })
    }
    try {
      await checkEndpoints(await findNetwork(name), given)
      return true
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.code !== 'RPC_UNREACHABLE') throw error
      this.note(`${error.message} It is kept; \`metis-seq networks show ${name} --check\` asks again.`)
      return false
    }
  }
}
