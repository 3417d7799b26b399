import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { changeConfig } from '../../cli/config/change.js'
import { settingOf } from '../../cli/config/settings.js'
import { configPath, readConfig } from '../../cli/config.js'

/** Takes a setting out of the config file. */
export default class ConfigUnset extends BaseCommand {
  static override summary = 'Take a setting out of the config file; the network or the default decides again.'
  static override examples = ['<%= config.bin %> <%= command.id %> network']
  static override args = { key: Args.string({ description: 'Name of the setting.', required: true }) }

  async run(): Promise<{ path: string; key: string; removed: boolean }> {
    const { args } = await this.parse(ConfigUnset)
    const { key } = args
    const path = configPath()
    const removed = (await readConfig(path)).has(key)
    if (!removed)
      settingOf(this.config, key) // what an older program wrote may go, a typing error is named
    else await changeConfig({ [key]: undefined })
    this.print(removed ? `${key} is no longer set.` : `${key} was not set.`)
    return { path, key, removed }
  }
}
