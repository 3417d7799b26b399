#!/usr/bin/env node
// solcjs behind the two calls of solc that forge and slither make: `--version`, and `--standard-json` from stdin to stdout.
import { readFileSync } from 'node:fs'
import solc from 'solc'

/**
 * Of forge's input only the tests are compiled: what they test comes from the artifacts, and of its sources they need no more
 * than the types. (solc makes code of everything that anything is wanted of, if code is wanted of one.)
 */
function compile(input) {
  const selections = Object.entries(input.settings.outputSelection)
  const tests = selections.filter(([path]) => path.startsWith('contracts/test/'))
  if (tests.length > 0) input.settings.outputSelection = Object.fromEntries(tests)
  return solc.compile(JSON.stringify(input))
}

if (process.argv.includes('--version')) process.stdout.write(`Version: ${solc.version()}\n`)
else process.stdout.write(compile(JSON.parse(readFileSync(0, 'utf8'))))
