// Prints what `npm audit` knows of the packages, as a report: it fails nothing, whatever it finds and whether the registry answers.
import { spawnSync } from 'node:child_process'

const TIMEOUT = 120_000
const LISTED = 20

for (const [what, ...args] of [
  ['with the program', '--omit', 'dev'],
  ['also for development', '--include', 'dev'],
]) {
  const asked = { encoding: 'utf8', timeout: TIMEOUT, maxBuffer: 2 ** 26 }
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json', ...args], asked)
  console.log(`npm audit, packages ${what}: ${summary(stdout, stderr)}`)
}

function summary(stdout, stderr) {
  let report
  try {
    report = JSON.parse(stdout)
  } catch {
    return `no answer (${firstLine(stderr || stdout)})`
  }
  const counts = report.metadata?.vulnerabilities
  if (counts === undefined) return `no answer (${firstLine(report.message ?? report.error?.summary ?? '')})`
  const found = Object.entries(report.vulnerabilities ?? {}).slice(0, LISTED)
  const lines = found.map(([name, { severity, range, fixAvailable }]) => {
    return `\n  ${severity}: ${name} ${range}, ${fixAvailable ? 'a fix is there' : 'no fix yet'}`
  })
  const kinds = ['critical', 'high', 'moderate', 'low'].map((kind) => `${counts[kind]} ${kind}`)
  return counts.total === 0 ? 'nothing known' : `${kinds.join(', ')}${lines.join('')}`
}

function firstLine(text) {
  return text.trim().split('\n')[0]?.slice(0, 200) || 'it said nothing'
}
