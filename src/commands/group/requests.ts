import { BaseCommand } from '../../cli/command.js'
import { clockOf, feesOf, progressOf } from '../../cli/group.js'
import { nodeFlags, restOf } from '../../cli/node.js'
import type { GroupView } from '../../node/index.js'

/** Enough of an id to tell requests apart; the whole one is in the JSON. */
const SHOWN_DIGITS = 12

/** What the group is asked to sign now. */
export default class GroupRequests extends BaseCommand {
  static override summary = 'What the group is asked to sign now, by whom it is signed, and who refuses why.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --rest http://127.0.0.1:9546/v1 --json',
  ]
  static override flags = nodeFlags

  async run(): Promise<Pick<GroupView, 'requests'>> {
    const { flags } = await this.parse(GroupRequests)
    const { readGroup } = await import('../../devnet/groupStatus.js')
    const { members, requests } = await readGroup(await restOf(flags))
    if (requests.every(({ signed }) => signed)) this.print('Nothing waits for a signature now.')
    if (requests.length > 0)
      await this.table(
        ['REQUEST', 'WHAT', 'OF', 'CHAIN', 'NONCE', 'TO', 'SINCE', 'FEES (gwei)', 'STATE'],
        requests.map((request) => [
          request.id.slice(0, SHOWN_DIGITS),
          request.kind,
          request.subject,
          request.chain,
          request.nonce,
          request.to,
          clockOf(request.since),
          feesOf(request),
          progressOf(request, members),
        ]),
      )
    for (const { kind, refused, subject } of requests)
      for (const { member, reason } of refused) this.print(`${member} does not sign ${kind} ${subject}: ${reason}`)
    return { requests }
  }
}
