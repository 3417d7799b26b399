#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 20)) {
  process.stderr.write(
    `Error: metis-seq needs Node 20.20 or newer; this is ${process.version}.\nNext: Install it from https://nodejs.org.\n`,
  )
  process.exit(2)
}
try {
  userInfo()
} catch {
  // A container may run as a user without a name; oclif asks for its home and its shell as it loads.
  process.env.HOME ||= '/nonexistent'
  process.env.SHELL ||= '/bin/sh'
}
process.env.OCLIF_DISABLE_ENGINE_WARNING = '1' // checked above; oclif would load 47 files for it
// From Node 22 on compiled code is kept: in a folder of the user's own, for whoever can write it can run code here.
nodeModule.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'metis-seq', 'compiled'))
const { main } = await import('../dist/cli/main.js')
await main(import.meta.url)
