// Checks who imports whom (.dependency-cruiser.cjs) and that the checker saw the sources at all: with a compiler that it
// does not know it sees no module and calls that a success.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * The violations in `root/src` and how many of its modules were seen. Packages resolve from `root`.
 * @returns {Promise<{ violations: { rule: string, from: string, to: string }[], seen: number, sources: number }>}
 */
export async function checkImports(root) {
  const options = await extractConfig(join(project, '.dependency-cruiser.cjs'))
  const tsConfig = extractTsConfig(join(project, 'tsconfig.json'))
  const { output } = await cruise(['src'], { ...options, baseDir: root, tsConfig: undefined }, undefined, { tsConfig })
  const violations = output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }))
  const seen = output.modules.filter(({ source }) => /^src\/.*\.ts$/.test(source)).length
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((name) => name.endsWith('.ts')).length
  return { violations, seen, sources }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  if (!existsSync(join(project, 'src'))) throw new Error('there is no src')
  const { violations, seen, sources } = await checkImports(project)
  for (const { rule, from, to } of violations) process.stderr.write(`${rule}: ${from} imports ${to}\n`)
  if (seen !== sources) process.stderr.write(`Only ${seen} of ${sources} modules were seen.\n`)
  process.stderr.write(`Import rules: ${seen} modules, ${violations.length} violations.\n`)
  if (violations.length > 0 || seen !== sources) process.exitCode = 1
}
