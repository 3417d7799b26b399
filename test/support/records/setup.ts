import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { describeLeak, findLeaks } from './leaks.js'
import { type Records, readRecords } from './record.js'
import { commandsWithoutFailure, errorTable } from './table.js'

const root = new URL('../../../', import.meta.url)
const table = new URL('docs/errors.md', root)

/**
 * Before all tests: a folder in which they write down each run of the program. After them: no secret was printed, and
 * where every end-to-end test ran, docs/errors.md is what they saw (`--update` writes it).
 */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'metis-seq-records-'))
  project.provide('records', folder)
  return async () => {
    const problems = await problemsOf(project, folder).catch((error: unknown) => [String(error)])
    rmSync(folder, { recursive: true, force: true })
    if (problems.length === 0) return
    // vitest takes no notice of what a teardown throws.
    process.exitCode = 1
    process.stderr.write(`\nAfter the tests:\n${problems.map((problem) => `  ${problem}\n`).join('')}`)
  }
}

async function problemsOf(project: TestProject, folder: string): Promise<string[]> {
  const records = readRecords(folder)
  const leaks = findLeaks(records).map(describeLeak)
  return (await isWhole(project)) ? [...leaks, ...tableProblems(records, isUpdate(project))] : leaks
}

/** Whether all end-to-end tests ran and none failed: what a part of them saw says nothing of the rest. */
async function isWhole(project: TestProject): Promise<boolean> {
  const isEndToEnd = (path: string) => relative(fileURLToPath(root), path).startsWith(join('test', 'e2e'))
  const wanted = (await project.globTestFiles()).testFiles.filter(isEndToEnd)
  const ran = project.vitest.state.getTestModules().filter(({ moduleId }) => isEndToEnd(moduleId))
  const tests = ran.flatMap(({ children }) => [...children.allTests()])
  const good =
    ran.every((file) => file.state() !== 'failed') && tests.every((test) => test.result().state !== 'pending')
  return wanted.length > 0 && wanted.length === ran.length && good && project.config.testNamePattern === undefined
}

function isUpdate({ config }: TestProject): boolean {
  return config.snapshotOptions.updateSnapshot === 'all'
}

function tableProblems({ runs }: Records, update: boolean): string[] {
  const manifest = JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8'))
  const names = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '))
  const unseen = commandsWithoutFailure(runs, names).map((name) => `no test sees "${name}" fail: add one`)
  const text = errorTable(runs)
  if (update) writeFileSync(table, text)
  const differing = differingLines(existsSync(table) ? readFileSync(table, 'utf8') : '', text)
  if (differing.length === 0) return unseen
  return [...unseen, ...differing, 'docs/errors.md is out of date: run `npm run docs:errors` and commit the result']
}

function differingLines(committed: string, seen: string): string[] {
  const before = committed.split('\n')
  const after = seen.split('\n')
  return [
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
  ]
}
