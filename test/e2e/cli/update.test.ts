import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { terminal } from '../../support/terminal.js'
import { cli, project } from './support.js'

const LINE = 'metis-seq 99.0.0 is out'
let server: Server
let registry: string
/** What the registry does with the next question. */
let answer: (response: ServerResponse) => void
let asked: string[]
/** Resolves when the registry is asked. */
let question: Promise<void>
let root: string
let env: Record<string, string>
let cache: string

beforeAll(async () => {
  let wake = () => {}
  const expectQuestion = () => {
    question = new Promise((done) => {
      wake = done
    })
  }
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    wake()
    expectQuestion()
    answer(response)
  })
  expectQuestion()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/npm`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  asked = []
  answer = (response) => response.end(JSON.stringify({ name: 'metis-seq', version: '99.0.0' }))
  root = await mkdtemp(join(tmpdir(), 'update-'))
  cache = join(root, 'metis-seq', 'update.json')
  env = { XDG_CACHE_HOME: root, METIS_SEQ_REGISTRY: registry, METIS_SEQ_CONFIG: join(root, 'config.json') }
})

async function inTerminal(args: string[] = ['keys', 'list', '--keystore', root], more: Record<string, string> = {}) {
  const run = terminal(args, { ...env, ...more })
  return { code: await run.ended, shown: run.shown() }
}
const known = async (askedAt: number, latest: string | null) => {
  await mkdir(join(root, 'metis-seq'), { recursive: true })
  await writeFile(cache, JSON.stringify({ version: 1, askedAt, latest }))
}
const cached = async () => JSON.parse(await readFile(cache, 'utf8'))

describe('a new version', () => {
  it('is asked for in the background, and the next command tells it in one line', async () => {
    const first = question
    expect((await inTerminal()).shown).not.toContain(LINE)
    await first
    // The other process writes what it heard when the answer is complete.
    await expect.poll(async () => (await cached()).latest, { timeout: 10_000 }).toBe('99.0.0')
    const { code, shown } = await inTerminal()
    expect(code).toBe(0)
    expect(shown.split(/\r?\n/).filter((line) => line.includes(LINE))).toHaveLength(1)
    expect(asked).toEqual(['/npm/metis-seq/latest'])
  })

  it('does not hold a command up when the registry never answers', async () => {
    answer = () => {}
    const first = question
    expect(await inTerminal()).toMatchObject({ code: 0 })
    await first // the command was over, or nearly: it never waits for the answer, which does not come
    expect((await cached()).latest).toBeNull()
  })

  it('changes no exit code and hides no error', async () => {
    await known(Date.now(), '99.0.0')
    const { code, shown } = await inTerminal(['keys', 'show', 'nobody', '--keystore', root])
    expect(code).toBe(5)
    expect(shown).toContain('There is no key "nobody"')
    expect(shown).toContain(LINE)
    expect(asked).toEqual([])
  })

  it.each<[string, string[], Record<string, string>]>([
    ['--json', ['keys', 'list', '--json'], {}],
    ['CI', ['keys', 'list'], { CI: 'true' }],
    ['METIS_SEQ_NO_UPDATE_NOTICE', ['keys', 'list'], { METIS_SEQ_NO_UPDATE_NOTICE: '1' }],
    ['a terminal that can nothing', ['keys', 'list'], { TERM: 'dumb' }],
  ])('is not told with %s, nor asked for', async (_, args, more) => {
    await known(0, '99.0.0')
    expect((await inTerminal([...args, '--keystore', root], more)).shown).not.toContain(LINE)
    expect((await cached()).askedAt).toBe(0)
  })

  it('is not told where the config file says so, or without a terminal', async () => {
    await known(0, '99.0.0')
    expect((await cli(['keys', 'list', '--keystore', root], { env })).stderr).not.toContain(LINE)
    await cli(['config', 'set', 'update-notice', 'false'], { env })
    expect((await inTerminal()).shown).not.toContain(LINE)
    expect((await cached()).askedAt).toBe(0)
  })

  it.each(['0.0.1', '0.1.0', '99.0.0-rc.1', '99.0.0\u001b[31m', null])(
    'is none where the cache says %o',
    async (latest) => {
      await known(Date.now(), latest)
      expect((await inTerminal()).shown).not.toMatch(/is out/)
    },
  )
})

describe('what the registry says is not believed', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['no JSON', (response) => response.end('<html>')],
    ['no release', (response) => response.end('{"version":"99.0.0; rm -rf /"}')],
    ['an error', (response) => response.writeHead(500).end('{"version":"99.0.0"}')],
    ['too much', (response) => response.end(`{"version":"99.0.0","x":"${'x'.repeat(300_000)}"}`)],
  ])('when it is %s', async (_, reply) => {
    answer = reply
    await known(1, null)
    const program = join(project, 'dist/cli/update/ask.js')
    const child = spawn(process.execPath, [program, cache], { env, stdio: 'ignore' })
    await once(child, 'close')
    expect(asked).toEqual(['/npm/metis-seq/latest'])
    expect(await cached()).toEqual({ version: 1, askedAt: 1, latest: null })
  })
})

it('a cache that cannot be written asks nobody', async () => {
  await writeFile(join(root, 'metis-seq'), 'a file')
  expect(await inTerminal()).toMatchObject({ code: 0 })
  expect(asked).toEqual([])
})
