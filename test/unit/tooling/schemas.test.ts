import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../../scripts/schemas.mjs', import.meta.url))
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-schemas-'))
  await plant('tsconfig.json', '{ "compilerOptions": { "target": "es2023", "strict": true, "types": [] } }')
  await plant('src/cli/failure.ts', 'export interface FailureReport { error: { code: string } }\n')
})
afterEach(() => rm(root, { recursive: true }))

async function plant(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

const command = (result: string) =>
  plant('src/commands/coin/toss.ts', `export default class { async run()${result} {} }\n`)

function schemas(...flags: string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [script, root, ...flags], (error, _, stderr) => {
      done({ code: error?.code ?? 0, stderr })
    })
  })
}

describe('JSON schemas', () => {
  it('say what --json prints: amounts as decimal text, bytes as hex, and nothing beside', async () => {
    await command(
      `: Promise<{ wei: bigint; hash: \`0x\${string}\`; raw: Uint8Array; nodes: readonly (string | null)[] }>`,
    )
    expect(await schemas()).toMatchObject({ code: 0 })
    const schema = JSON.parse(await readFile(join(root, 'schemas/coin/toss.json'), 'utf8'))
    expect(schema).toEqual({
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'What `metis-seq coin toss --json` prints',
      type: 'object',
      properties: {
        wei: { type: 'string', pattern: '^-?(0|[1-9][0-9]*)$' },
        hash: { type: 'string', pattern: '^0x[0-9a-fA-F]*$' },
        raw: { type: 'string', pattern: '^0x[0-9a-fA-F]*$' },
        nodes: { type: 'array', items: { type: ['string', 'null'] } },
      },
      required: ['wei', 'hash', 'raw', 'nodes'],
      additionalProperties: false,
    })
    expect(await schemas('--check')).toEqual({ code: 0, stderr: '' })
  })

  it('take a union as it is, and leave out undefined, which prints nothing', async () => {
    await command(': Promise<{ side: 1 } | { edge: 2 }>')
    expect(await schemas()).toMatchObject({ code: 0 })
    const union = JSON.parse(await readFile(join(root, 'schemas/coin/toss.json'), 'utf8'))
    expect(union.anyOf).toMatchObject([{ required: ['side'] }, { required: ['edge'] }])
    await command(': Promise<{ side: 1 } | undefined>')
    expect(await schemas()).toMatchObject({ code: 0 })
    const one = JSON.parse(await readFile(join(root, 'schemas/coin/toss.json'), 'utf8'))
    expect(one).toMatchObject({ type: 'object', required: ['side'] })
  })

  it('are refused when stale, missing or left over, with the command that mends it', async () => {
    await command(': Promise<{ heads: boolean }>')
    await schemas()
    await command(': Promise<{ tails: boolean }>')
    await plant('schemas/gone.json', '{}')
    await rm(join(root, 'schemas/error.json'))
    const { code, stderr } = await schemas('--check')
    expect(code).toBe(1)
    expect(stderr.split('\n')).toEqual([
      'schemas/coin/toss.json is not what the types give',
      'schemas/error.json is not what the types give',
      'schemas/gone.json belongs to no command',
      'Run `npm run schemas` and commit the result.',
      '',
    ])
  })

  it.each([
    ['', 'run() has to say what it returns'],
    [': Promise<1 | 2 | undefined>', 'name what run() returns beside undefined'],
    [': Promise<void>', 'say in LINES of scripts/schemas.mjs what its lines are'],
    [': Promise<Record<string, unknown>>', 'but nothing says what'],
    [`: Promise<{ id: \`a\${number}\` }>`, 'there is no schema for `a$'],
  ])('need a result that says what it is, not "run()%s"', async (result, reason) => {
    await command(result)
    const { code, stderr } = await schemas()
    expect(code).toBe(1)
    expect(stderr).toContain(reason)
  })
})
