import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { restOfDevnet } from '../../cli/node.js'
import { startProgress } from '../../cli/progress.js'

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
    const rest = await restOfDevnet(flags['data-dir'])
    const { address, generation: before } = await readGroup(rest)
    await askDevnet(flags['data-dir'], { what: 'refreshGroup' })
    if (!flags.wait) {
      this.print(`The members are asked for sharing ${before + 1} or a later one.`)
      return { address, before, generation: null }
    }
    const progress = await startProgress({ quiet: this.jsonEnabled() })
    let said = ''
    const onRound = (round: number) => {
      const text = Number.isFinite(round) ? `Sharing the key anew, round ${round} of 4` : 'Waiting for the next term'
      if (text !== said) progress.step(text)
      said = text
    }
    try {
      const { generation } = await newShares(rest, before, { timeout: TIMEOUT, signal: this.interrupted(), onRound })
      progress.done()
      this.print(`Sharing ${generation} is in force. The address is still ${address}.`)
      return { address, before, generation }
    } catch (error) {
      progress.fail()
      throw error
    }
  }
}
