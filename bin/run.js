#!/usr/bin/env node
import { userInfo } from 'node:os'

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
const { main } = await import('../dist/cli/main.js')
await main(import.meta.url)
