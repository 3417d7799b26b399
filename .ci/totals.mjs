// Prints `N passed, N failed` from vitest's JSON report. A report that is missing, empty or says that a file did not load counts as failed.
import { existsSync, readFileSync } from 'node:fs'

const [path] = process.argv.slice(2)
const report = path && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
const passed = report?.numPassedTests ?? 0
const unloaded =
  report?.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length ?? 1
const failed = (report?.numFailedTests ?? 0) + unloaded
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0 || passed === 0) process.exitCode = 1
