import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { networkFlags, onNetwork } from '../../cli/network.js'
import { parseAddress } from '../../cli/values.js'
import { Exit } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'

/** Says whether an account may lock. */
export default class WhitelistCheck extends BaseCommand {
  static override summary = 'Say whether an account is on the whitelist; exit 10 when it is not.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0x7777777777777777777777777777777777777777 --network andromeda --rpc-url https://ethereum.example',
  ]
  static override args = { account: Args.string({ description: 'Address of the owner.', required: true }) }
  static override flags = { ...networkFlags }

  async run(): Promise<{ network: string; account: Address; whitelisted: boolean }> {
    const { args, flags } = await this.parse(WhitelistCheck)
    const account = parseAddress(args.account, 'ACCOUNT')
    return onNetwork(flags, async ({ client }) => {
      const { readWhitelisted } = await import('../../l1/index.js')
      const whitelisted = await readWhitelisted(client, account)
      this.print(`${account} is ${whitelisted ? '' : 'not '}on the whitelist of ${client.network.name}.`)
      if (!whitelisted) {
        this.note('Next: make the public record with `metis-seq register` and hand it in.')
        process.exitCode = Exit.checkFailed
      }
      return { network: client.network.name, account, whitelisted }
    })
  }
}
