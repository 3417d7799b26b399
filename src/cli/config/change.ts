import { basename, dirname } from 'node:path'
import { makePrivateFolder } from '../../files/private.js'
import { configPath, readConfig, unwritable, versioned } from '../config.js'

/**
 * Puts values into the config file, whole or not at all, readable by its owner alone; undefined takes one out.
 * @throws MetisSeqError `CONFIG_UNWRITABLE`, `CONFIG_INVALID`, `CONFIG_TOO_NEW` (exit 9)
 */
export async function changeConfig(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): Promise<void> {
  const path = configPath()
  await readConfig(path) // a file that is damaged or newer is left as it is
  const { default: Conf } = await import('conf')
  try {
    await makePrivateFolder(dirname(path))
    const file = new Conf<Record<string, unknown>>({
      cwd: dirname(path),
      configName: basename(path),
      fileExtension: '',
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      serialize: (value) => `${JSON.stringify(value, null, 2)}\n`,
    })
    const kept = { ...file.store, ...values }
    file.store = versioned(Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)))
  } catch (error) {
    throw unwritable(path, error)
  }
}
