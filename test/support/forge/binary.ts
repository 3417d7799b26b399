import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The platform's own forge; undefined where npm has none for it, and on Windows, where forge could not call our compiler. */
export function forgeBinary(): string | undefined {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  if (process.platform === 'win32') return undefined
  const require = createRequire(import.meta.url)
  try {
    return join(dirname(require.resolve(`@foundry-rs/forge-${process.platform}-${cpu}/package.json`)), 'bin/forge')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

export const NO_FORGE = `There is no forge for ${process.platform} on ${process.arch}, so the fuzz tests of the contracts can't run here.`
