import { access } from 'node:fs/promises'
import { pointerPath } from '../../devnet/descriptor.js'
import { defaultDataDir, keyLocksFolder } from '../../devnet/place.js'
import { journalPath } from '../../l1/journal/file.js'
import { configPath } from '../config.js'
import { networksPath } from '../networks.js'

/** A file or folder of the program's. */
export interface Place {
  readonly name: 'config' | 'networks' | 'keystore' | 'journal' | 'state' | 'locks' | 'devnet' | 'update'
  readonly path: string
  readonly exists: boolean
  readonly about: string
}

/** Where everything lies, whether it is there or not. */
export async function places(keystore: string, dataDir: string = defaultDataDir()): Promise<Place[]> {
  const { updatePath } = await import('../update/cache.js')
  const all: Omit<Place, 'exists'>[] = [
    { name: 'config', path: configPath(), about: 'settings' },
    { name: 'networks', path: networksPath(), about: 'networks and endpoints' },
    { name: 'keystore', path: keystore, about: 'encrypted keys' },
    { name: 'journal', path: journalPath(), about: 'transactions that were sent' },
    { name: 'state', path: pointerPath(), about: 'which devnet was started last' },
    { name: 'locks', path: keyLocksFolder(), about: 'which keys sign blocks now' },
    { name: 'devnet', path: dataDir, about: 'data of the devnet' },
    { name: 'update', path: updatePath(), about: 'the newest version that was heard of' },
  ]
  return Promise.all(all.map(async (each) => ({ ...each, exists: await exists(each.path) })))
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false // absent, or behind a folder that may not be entered: `doctor` tells which
  }
}
