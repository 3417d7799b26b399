import type { DatabaseAddress, DatabaseReader } from '../../../../core/ports/database.js'

/** Opens for reading, in a thread, the database that another thread of this process has open. */
export async function reopen({ module, directory }: DatabaseAddress): Promise<DatabaseReader> {
  const { openReader } = (await import(module)) as { openReader(directory: string): Promise<DatabaseReader> }
  return openReader(directory)
}
