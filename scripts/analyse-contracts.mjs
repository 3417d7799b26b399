// Analyses contracts/src with slither and compares what it finds with what docs/contracts-analysis.md has judged. Fails on a finding that is
// not judged there, and on a judgement of something that is not found any more. Needs Python; says so where there is none that suits.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { slither } from './analyse-contracts/slither.mjs'

const judgements = fileURLToPath(new URL('../docs/contracts-analysis.md', import.meta.url))

/** The findings as `detector at place`, as the rows of the table of judgements name them. */
function named({ check, elements: [element] }) {
  const names = []
  for (let each = element; each !== undefined; each = each.type_specific_fields?.parent) names.unshift(each.name)
  const variable = element.type === 'variable' && names.length > 2
  return `${check} at ${(variable ? names.slice(0, -1) : names).join('.')}`
}

/** Rows that begin with a detector and a place; the place `*` judges all findings of a detector. */
function judged() {
  const rows = readFileSync(judgements, 'utf8').matchAll(/^\| `([a-z0-9-]+)` \| `([^`]+)` \|/gm)
  return new Set(Array.from(rows, ([, check, place]) => `${check} at ${place}`))
}

const findings = await slither()
if (findings === undefined) {
  console.log(
    'SKIPPED: slither is pinned for Python 3.11 to 3.13 with venv, on Linux and macOS, and there is none here.',
  )
} else {
  const known = judged()
  const keys = findings.map((finding) => ({ finding, key: named(finding), all: `${finding.check} at *` }))
  const unjudged = keys.filter(({ key, all }) => !known.has(key) && !known.has(all))
  const found = new Set(keys.flatMap(({ key, all }) => [key, all]))
  const stale = [...known].filter((key) => !found.has(key))
  for (const { finding, key } of unjudged) console.error(`not judged: ${key}\n${finding.description}`)
  for (const key of stale) console.error(`judged, and not found any more: ${key}`)
  if (unjudged.length + stale.length > 0) {
    console.error('Mend what is found, or judge it in docs/contracts-analysis.md.')
    process.exitCode = 1
  }
  console.log(`${findings.length} findings, ${unjudged.length} not judged, ${stale.length} judgements out of date`)
}
