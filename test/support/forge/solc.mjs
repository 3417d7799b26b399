#!/usr/bin/env node
// The compiler that forge calls: npm's solcjs behind the two calls of solc that forge makes, `--version` and `--standard-json`.
import { readFileSync } from 'node:fs'
import solc from 'solc'

/**
 * Only the tests are compiled: what they test comes from the artifacts, and of its sources they need no more than the types.
 * (solc makes code for all that anything is wanted of, if code is wanted of one.)
 */
function compile(input) {
  const { settings } = input
  const wanted = Object.entries(settings.outputSelection).filter(([path]) => path.startsWith('contracts/test/'))
  const outputSelection = Object.fromEntries(wanted)
  return solc.compile(JSON.stringify({ ...input, settings: { ...settings, outputSelection } }))
}

if (process.argv.includes('--version')) process.stdout.write(`Version: ${solc.version()}\n`)
else process.stdout.write(compile(JSON.parse(readFileSync(0, 'utf8'))))
