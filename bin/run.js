#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 20)) {
  process.stderr.write(
    `Error: metis-seq needs Node 20.20 or newer; this is ${process.version}.\nNext: Install it from https://nodejs.org.\n`,
  )
  process.exit(2)
}
const { main } = await import('../dist/cli/main.js')
await main(import.meta.url)
