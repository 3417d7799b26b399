import { BaseCommand } from '../../cli/command.js'
import { clockOf, departedLine, formerLine, healthOf, sharesOf, sharingLine, stateOf } from '../../cli/group.js'
import { nodeFlags, restOf } from '../../cli/node.js'
import type { GroupView } from '../../node/index.js'

const SHOWN = 10

/** The members who sign together, and what they signed. */
export default class GroupShow extends BaseCommand {
  static override summary = 'The group that signs batches and epochs: members, health, last signatures.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --rest http://127.0.0.1:9546/v1 --json',
  ]
  static override flags = nodeFlags

  async run(): Promise<GroupView> {
    const { flags } = await this.parse(GroupShow)
    const { readGroup } = await import('../../devnet/groupStatus.js')
    const group = await readGroup(await restOf(flags))
    const { address, departed, former, generation, members, sharing, signatures, since, threshold } = group
    this.print(`Address      ${address}`)
    this.print(`Threshold    ${threshold} of ${members.length}`)
    this.print(`Sharing      ${generation}, since ${clockOf(since)}`)
    this.print(`Health       ${healthOf(group)}`)
    if (former !== null) this.print(`Former key   ${formerLine(former)}`)
    if (departed !== null) this.print(`Have left    ${departedLine(departed)}`)
    if (sharing !== null) this.print(`Under way    ${sharingLine(sharing, members)}`)
    this.print('')
    await this.table(
      ['SHARE', 'SEQUENCER', 'ADDRESS', 'STATE'],
      members.map((member) => [member.index, member.id, member.address, stateOf(member, members)]),
    )
    this.print('')
    await this.table(
      ['SIGNED AT', 'WHAT', 'OF', 'BY SHARES', 'AFTER (ms)', 'BUMP'],
      signatures
        .slice(-SHOWN)
        .reverse()
        .map(({ bump, kind, requestedAt, signedAt, signers, subject }) => [
          clockOf(signedAt),
          kind,
          subject,
          sharesOf(signers, members) || undefined,
          signedAt - requestedAt,
          bump,
        ]),
    )
    return group
  }
}
