import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../..', import.meta.url))
/** The import is untyped, as the types of the package would take most of the time of the build. */
const command = (name: string) => `const { Command } = await import('@oclif/core' as string)
export default class ${name} extends Command {
  static summary = 'It does.'
  async run(): Promise<void> {}
}
`

let root: string
const at = (path: string) => join(root, path)
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-setup-'))
  await mkdir(at('src/commands'), { recursive: true })
  await mkdir(at('node_modules'))
  for (const name of ['typescript', '@oclif']) {
    await symlink(join(project, 'node_modules', name), at(`node_modules/${name}`))
  }
  const lock = JSON.stringify({ packages: { '': {} } })
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    rootDir: 'src',
    outDir: 'dist',
    lib: ['es2023'],
    types: [],
  }
  await writeFile(at('package-lock.json'), lock)
  await writeFile(at('node_modules/.package-lock.json'), lock)
  await writeFile(at('tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true } }))
  const oclif = { bin: 'tried', commands: './dist/commands' }
  await writeFile(at('package.json'), JSON.stringify({ name: 'tried', version: '1.0.0', type: 'module', oclif }))
  await writeFile(at('src/commands/one.ts'), command('One'))
  await writeFile(at('src/commands/two.ts'), command('Two'))
})
afterEach(() => rm(root, { recursive: true }))

function setUp(): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(project, 'scripts/setup.mjs'), root], (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

describe('setup', () => {
  it('builds once, says so on stderr alone, and then has nothing to do', async () => {
    expect(await setUp()).toEqual({ code: 0, stdout: '', stderr: 'Building ...\n' })
    expect(existsSync(at('oclif.manifest.json'))).toBe(true)
    expect(await setUp()).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('takes turns when two start at once', async () => {
    const outcomes = await Promise.all([setUp(), setUp()])
    expect(outcomes.map(({ code, stdout }) => ({ code, stdout }))).toEqual(Array(2).fill({ code: 0, stdout: '' }))
    expect(
      outcomes
        .map(({ stderr }) => stderr)
        .join('')
        .match(/Building/g),
    ).toHaveLength(1)
  })

  it('builds again what changed, was removed, or is missing', async () => {
    await setUp()
    await rm(at('src/commands/two.ts'))
    expect((await setUp()).stderr).toBe('Building ...\n')
    expect(existsSync(at('dist/commands/two.js'))).toBe(false)
    await utimes(at('src/commands/one.ts'), 1, 1)
    expect((await setUp()).stderr).toBe('Building ...\n')
    await rm(at('dist'), { recursive: true })
    expect((await setUp()).stderr).toBe('Building ...\n')
    expect(existsSync(at('dist/commands/one.js'))).toBe(true)
  })

  it('fails with the compiler error, and again until it is mended', async () => {
    await writeFile(at('src/commands/two.ts'), 'export const two: string = 2\n')
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, stdout, stderr } = await setUp()
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain("two.ts(1,14): error TS2322: Type 'number' is not assignable to type 'string'.")
      expect(stderr).toContain('Next: Mend the errors above.')
    }
  })
})
