import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { changeConfig } from '../../cli/config/change.js'
import { acceptedValue, settingOf } from '../../cli/config/settings.js'
import { configPath } from '../../cli/config.js'

/** Puts a setting into the config file. */
export default class ConfigSet extends BaseCommand {
  static override summary = 'Keep a value that commands then take unless a flag or the environment says otherwise.'
  static override description =
    `The keys are the flags that have an environment variable; \`config get\` lists them. \`update-notice false\` ends the line
about new versions. For the endpoint of one network use \`networks use NAME --rpc-url URL\`: what is kept here holds for all.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> network sepolia',
    '<%= config.bin %> <%= command.id %> update-notice false',
  ]
  static override args = {
    key: Args.string({ description: 'Name of the setting.', required: true }),
    value: Args.string({ description: 'Its value; never a secret.', required: true }),
  }

  async run(): Promise<{ path: string; key: string; value: string }> {
    const { args } = await this.parse(ConfigSet)
    const setting = settingOf(this.config, args.key)
    const value = await acceptedValue(setting, args.value)
    if (setting.key === 'network') {
      const { assertNetworkKnown } = await import('../../cli/networks.js')
      await assertNetworkKnown(args.value)
    }
    await changeConfig({ [setting.key]: value })
    const { redactUrl } = await import('../../l1/url.js')
    const shown = /^https?:/i.test(args.value) ? redactUrl(args.value) : args.value
    this.print(`${setting.key} is now ${shown}.`)
    if (setting.env !== null && process.env[setting.env])
      this.note(`${setting.env} is set in this shell and comes before it.`)
    return { path: configPath(), key: setting.key, value: shown }
  }
}
