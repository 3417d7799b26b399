import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from '../../../scripts/check-imports.mjs'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-imports-'))
})
afterEach(() => rm(root, { recursive: true }))

async function plant(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
}

const value = 'export const value = 1\n'

describe('import rules', () => {
  it.each<[string, string, Record<string, string>]>([
    ['disk in core', 'core-is-pure', { 'src/core/a.ts': "import 'node:fs'\n" }],
    ['l1 in core', 'core-is-pure', { 'src/core/a.ts': "import '../l1/b.js'\n", 'src/l1/b.ts': value }],
    [
      'a port at run time',
      'ports-are-types',
      { 'src/core/a.ts': "import './ports/b.js'\n", 'src/core/ports/b.ts': value },
    ],
    ['core in files', 'files-know-nobody', { 'src/files/a.ts': "import '../core/b.js'\n", 'src/core/b.ts': value }],
    ['signers in l1', 'l1-knows-core', { 'src/l1/a.ts': "import '../signers/b.js'\n", 'src/signers/b.ts': value }],
    ['l1 in signers', 'signers-know-core', { 'src/signers/a.ts': "import '../l1/b.js'\n", 'src/l1/b.ts': value }],
    [
      'a type of a sibling adapter',
      'adapters-know-no-sibling',
      {
        'src/node/p2p/a.ts': "import type { B } from '../api/b.js'\nexport type A = B\n",
        'src/node/api/b.ts': 'export type B = 1\n',
      },
    ],
    [
      'devnet in node',
      'node-knows-no-command-line',
      { 'src/node/a.ts': "import '../devnet/b.js'\n", 'src/devnet/b.ts': value },
    ],
    [
      'the inside of node',
      'commands-know-entrances',
      { 'src/commands/a.ts': "import '../node/api/b.js'\n", 'src/node/api/b.ts': value },
    ],
    [
      'the inside of node',
      'devnet-knows-entrances',
      { 'src/devnet/a.ts': "import '../node/api/b.js'\n", 'src/node/api/b.ts': value },
    ],
    ['cli in core', 'cli-is-for-commands', { 'src/core/a.ts': "import '../cli/b.js'\n", 'src/cli/b.ts': value }],
    [
      'a command',
      'nobody-imports-commands',
      { 'src/cli/a.ts': "import '../commands/b.js'\n", 'src/commands/b.ts': value },
    ],
    ['a cycle', 'no-cycles', { 'src/core/a.ts': "import './b.js'\n", 'src/core/b.ts': "import './a.js'\n" }],
    ['a missing file', 'resolvable', { 'src/core/a.ts': "import './b.js'\n" }],
  ])('refuse %s (%s)', async (_, rule, files) => {
    await plant(files)
    const { violations } = await checkImports(root)
    expect(violations.map((violation) => violation.rule)).toContain(rule)
  })

  it('let through what is allowed, and see every module', async () => {
    await plant({
      'src/core/ports/p.ts': 'export type Port = 1\n',
      'src/core/a.ts':
        "import { inflateSync } from 'node:zlib'\nimport type { Port } from './ports/p.js'\nexport const a = inflateSync\nexport type P = Port\n",
      'src/node/index.ts': "import '../core/a.js'\nimport './api/b.js'\n",
      'src/node/api/b.ts': "import 'node:net'\nimport '../../core/a.js'\n",
      'src/commands/c.ts': "import '../node/index.js'\nimport '../cli/d.js'\n",
      'src/cli/d.ts': value,
    })
    expect(await checkImports(root)).toEqual({ violations: [], seen: 6, sources: 6 })
  })
})
