import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reached } from '../core/faultPoints.js'

/** Writes the whole file or nothing; once it resolves the content survives a power cut. Only the owner may read it. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
    reached('file.synced')
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
