import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

/** The one folder of this process for files that are tried. */
export function triedFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'metis-seq-fuzz-'))
  return folder
}

/** The file with that content, in place of the one before. */
export async function triedFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(triedFolder(), name)
  await writeFile(path, content)
  return path
}

export function removeTriedFolder(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  folder = undefined
}
