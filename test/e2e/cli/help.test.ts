import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli, project } from './support.js'

interface Manifest {
  readonly commands: Record<
    string,
    {
      readonly id: string
      readonly summary?: string
      readonly examples?: readonly (string | { readonly command: string })[]
      readonly args: Record<string, { readonly required?: boolean }>
      readonly flags: Record<string, { readonly type: string; readonly required?: boolean; readonly env?: string }>
    }
  >
}

const manifest = JSON.parse(await readFile(join(project, 'oclif.manifest.json'), 'utf8')) as Manifest
const commands = Object.values(manifest.commands).map((command) => ({ ...command, words: command.id.split(':') }))

/** The words of an example after the program and the command, however it was written; the last line holds the command. */
function wordsOf(example: string | { readonly command: string }, words: readonly string[]): string[] {
  const text = typeof example === 'string' ? example : example.command
  const line = text.trim().split('\n').at(-1) ?? ''
  const filled = line
    .replace(/^\$ /, '')
    .replace('<%= config.bin %>', 'metis-seq')
    .replace('<%= command.id %>', words.join(' '))
  const [program, ...rest] = filled.trim().split(/\s+/)
  expect([program, ...rest.slice(0, words.length)]).toEqual(['metis-seq', ...words])
  return rest.slice(words.length)
}

describe.each(commands)('$words', ({ words, args, flags, examples = [] }) => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await cli([...words, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('USAGE')
    expect(stdout).toContain('EXAMPLES')
  })

  it('has examples with flags that exist and nothing missing', () => {
    for (const example of examples) {
      const rest = wordsOf(example, words)
      const used = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0] ?? '')
      for (const name of used) expect(Object.keys(flags)).toContain(name.replace(/^no-(?!color)/, ''))
      for (const [name, { required, env }] of Object.entries(flags)) {
        if (required && !env) expect(used, `--${name} in "${rest.join(' ')}"`).toContain(name)
      }
      const valued = used.filter((name) => flags[name]?.type === 'option').length
      const positional = rest.filter((word) => !/^-./.test(word)).length - valued
      const needed = Object.values(args).filter(({ required }) => required).length
      expect(positional, rest.join(' ')).toBeGreaterThanOrEqual(needed)
    }
  })

  it('refuses an unknown flag with exit 2', async () => {
    expect(await cli([...words, '--no-such-flag'])).toMatchObject({ code: 2, stdout: '' })
  })
})

it('every command stands in the README, and the exit codes as the help has them', async () => {
  const readme = await readFile(join(project, 'README.md'), 'utf8')
  for (const { words } of commands) {
    const [topic, name] = words
    // One row names all commands of a topic: `devnet info`, `nodes`, ...
    const row = new RegExp(`^\\| \`${topic}[^|]*${name === undefined ? '' : `\\b${name}\\b`}`, 'm')
    expect(readme, words.join(' ')).toMatch(row)
  }
  const { stdout } = await cli(['--help'])
  const codes = stdout.slice(stdout.indexOf('EXIT CODES')).matchAll(/^ +(\d+) {2}/gm)
  for (const [, code] of codes) expect(readme).toContain(`\n| ${code} | `)
})
