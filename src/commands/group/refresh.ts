import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { sharingStep } from '../../cli/group.js'
import { restOf } from '../../cli/node.js'

const TIMEOUT = 120_000

/** New shares of the same key, for the same members. */
export default class GroupRefresh extends BaseCommand {
  static override summary = 'Share the key of a devnet’s group anew: same address, same members, other shares.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --no-wait']
  static override flags = {
    'data-dir': dataDirFlag,
    wait: Flags.boolean({
      description: 'Wait until the new shares are in force, which is at the opening of a term.',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<{ address: string; before: number; generation: number | null }> {
    const { flags } = await this.parse(GroupRefresh)
    const [{ askDevnet }, { newShares, readGroup }] = await Promise.all([
      import('../../devnet/client.js'),
      import('../../devnet/groupStatus.js'),
    ])
    const rest = await restOf({ 'data-dir': flags['data-dir'], rest: undefined })
    const { address, generation: before } = await readGroup(rest)
    await askDevnet(flags['data-dir'], { what: 'refreshGroup' })
    if (!flags.wait) {
      this.print(`The members are asked for sharing ${before + 1} or a later one.`)
      return { address, before, generation: null }
    }
    const signal = this.interrupted()
    const stop = () => this.note('The members go on with it: look with `metis-seq group show`.')
    signal.addEventListener('abort', stop, { once: true })
    const { generation } = await this.working((progress) => {
      let said = ''
      return newShares(rest, before, {
        timeout: TIMEOUT,
        signal,
        onSharing(sharing) {
          const text = sharingStep(sharing)
          if (text !== said) progress.step(text)
          said = text
        },
      })
    })
    this.print(`Sharing ${generation} is in force. The address is still ${address}.`)
    return { address, before, generation }
  }
}
