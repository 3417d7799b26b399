import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { type Effective, effectiveSettings } from '../../cli/config/effective.js'
import { settingOf } from '../../cli/config/settings.js'

/** Shows settings. */
export default class ConfigGet extends BaseCommand {
  static override summary = 'Show what commands take for a flag that is not given, and where it comes from.'
  static override description =
    'Precedence: flag, environment, config file, endpoint of the network, default. Credentials in a URL are left out.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> network',
    '<%= config.bin %> <%= command.id %> rpc-url --json',
  ]
  static override args = { key: Args.string({ description: 'Name of a setting; without it all.' }) }

  async run(): Promise<{ settings: Effective[] }> {
    const { args } = await this.parse(ConfigGet)
    const only = args.key === undefined ? undefined : settingOf(this.config, args.key)
    const settings = await effectiveSettings(this.config, only)
    if (only === undefined) {
      const rows = settings.map(({ key, value, source, env }) => [
        key,
        value ?? undefined,
        source ?? undefined,
        env ?? undefined,
      ])
      await this.table(['KEY', 'VALUE', 'FROM', 'ENVIRONMENT'], rows)
    } else {
      const [{ value, source } = { value: null, source: null }] = settings
      if (value === null) this.note(`${only.key} is not set.`)
      else {
        this.print(value)
        this.note(`It comes from: ${source === 'environment' ? only.env : source}.`)
      }
    }
    return { settings }
  }
}
