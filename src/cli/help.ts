import { Help, type Interfaces } from '@oclif/core'

/** The exit codes that scripts rely on, as the root help lists them. */
const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'done, or nothing was due'],
  [1, 'internal error: a bug'],
  [2, 'usage: unknown command, flag or value'],
  [3, 'blocked by a precheck; nothing was sent'],
  [4, 'not confirmed: declined, or no terminal and no --yes'],
  [5, 'signer: wrong password, key not found, device locked, refused or absent'],
  [6, 'network: endpoint unreachable, wrong chain, timed out'],
  [7, 'reverted or refused on chain'],
  [8, 'sent, but not confirmed in time'],
  [9, 'data: folder corrupt, in use, or written by a newer version'],
  [10, 'a check found something'],
  [130, 'interrupted'],
]

/** oclif's help, with the exit codes under the list of commands. */
export default class MetisSeqHelp extends Help {
  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    const lines = EXIT_CODES.map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`)
    this.log(this.section('EXIT CODES', lines.join('\n')))
  }

  protected override formatTopics(topics: Interfaces.Topic[]): string {
    return super.formatTopics(
      topics.filter(({ name }) => this.config.commandIDs.some((id) => id.startsWith(`${name}:`))),
    )
  }
}
