import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { type Checked, numbered } from '../cli/doctor/check.js'
import { networkFlags } from '../cli/network.js'
import { accountFlags } from '../cli/owner.js'
import { Exit } from '../core/errors/index.js'

/** No check takes longer: an endpoint has ten seconds an answer. */
const TIMEOUT_MS = 30_000
const MARKS = { ok: '✔', warning: '!', problem: '✖' } as const

interface Diagnosis {
  readonly problems: number
  readonly warnings: number
  readonly checks: readonly Checked[]
}

/** Looks at everything that commands and nodes need. */
export default class Doctor extends BaseCommand {
  static override summary =
    'Check this machine, the files, the keys and the endpoints; exit 10 when there is a problem.'
  static override description =
    `Looks at Node and its native packages, config, networks, keystore and journal, room on the disks, the clock, the L1 endpoint and the
second one that is kept with the network, a Ledger where one is connected, and the ports of a node. Nothing is changed. Warnings alone exit 0.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network andromeda --json',
  ]
  static override flags = {
    ...networkFlags,
    ...accountFlags,
    'port-base': Flags.integer({
      description: 'First of ten ports that a node will use.',
      env: 'METIS_SEQ_PORT_BASE',
      default: 9545,
    }),
  }

  async run(): Promise<Diagnosis> {
    const { flags } = await this.parseAnyway(Doctor)
    const { runChecks } = await import('../cli/doctor/check.js')
    const { doctorChecks } = await import('../cli/doctor/index.js')
    const { knownSettings } = await import('../cli/config/settings.js')
    const context = { ...flags, settings: [...knownSettings(this.config).keys()] }
    const checks = await runChecks(doctorChecks(context, Date.now), TIMEOUT_MS)
    const count = (status: Checked['status']) => checks.filter((each) => each.status === status).length
    const [problems, warnings] = [count('problem'), count('warning')]
    for (const { name, status, found, mend } of checks) {
      this.print(`${MARKS[status]} ${name.padEnd(14)} ${found}${mend === null ? '' : `\n${' '.repeat(17)}${mend}`}`)
    }
    this.print(`${numbered(problems, 'problem')}, ${numbered(warnings, 'warning')}`)
    if (problems > 0) process.exitCode = Exit.checkFailed
    return { problems, warnings, checks }
  }
}
