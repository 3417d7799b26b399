import { mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bytesToHex } from '../../../src/core/codec/index.js'
import { devnetAccounts } from '../../../src/devnet/accounts.js'
import { leaksInFiles } from '../../support/records/leaks.js'
import { secret } from '../../support/records/secrets.js'
import { made, openNow, rightsIn, wide } from '../../support/rights/index.js'
import { cli, project } from '../cli/support.js'
import { freePortBase, placeIn, RunningDevnet } from '../devnet/support.js'

const PASSWORD = 'the password of the rights'

/** What the test itself made is not looked at. */
let root: string
let home: string
let record: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-rights-'))
  home = join(root, 'home')
  record = join(root, 'record')
  await mkdir(home, { mode: 0o700 })
  await writeFile(join(root, 'password'), secret(PASSWORD))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const at = (name: string) => join(home, name)

/** Runs the program and wants it to be done. */
async function done(env: Record<string, string>, args: readonly string[], input = ''): Promise<void> {
  const { code, stdout, stderr } = await cli([...args, '--json'], { env, input, cwd: home })
  expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, ''])
}

const BLOCKS = join(project, 'test/vectors/batching/blocks-300.json.gz')
const copied = () => ['--new-password-file', join(root, 'password')]
const key = secret(Wallet.createRandom().privateKey)

it.each<['0' | '77', number, number, () => [string[], string?][]]>([
  [
    '0',
    8,
    2,
    () => [
      [['keys', 'new', 'one']],
      [['keys', 'import', 'two'], key],
      [['keys', 'export', 'one', '--out', at('copy.json'), ...copied()]],
      [['keys', 'change-password', 'two', ...copied()]],
      [['config', 'set', 'network', 'sepolia']],
      [['config', 'set', 'network', 'andromeda']],
      [['networks', 'use', 'sepolia', '--rpc-url', 'http://127.0.0.1:1']],
      [['batch', 'encode', BLOCKS, '--format', 'span', '--out', at('span.bin')]],
    ],
  ],
  ['77', 2, 2, () => [[['keys', 'new', 'one']], [['config', 'set', 'network', 'sepolia']]]],
])(
  'with umask %s keys, settings and outputs are for their owner alone, at every moment',
  async (umask, files, folders, commands) => {
    const env = { HOME: home, METIS_SEQ_PASSWORD_FILE: join(root, 'password'), ...rightsIn(record, umask) }
    for (const [args, input] of commands()) await done(env, args, input)
    const all = made(record, home)
    expect(all.filter(({ what }) => what === 'file').length).toBeGreaterThanOrEqual(files)
    expect(all.filter(({ what }) => what === 'folder').length).toBeGreaterThanOrEqual(folders)
    expect(wide(all)).toEqual([])
    expect(openNow(home)).toEqual([])
    expect((await readdir(home, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([])
  },
  60_000,
)

it('with umask 0 a devnet, and all that is written while it runs, is for its owner alone at every moment', async () => {
  const place = placeIn(home, await freePortBase())
  const rights = rightsIn(record, '0')
  const reports = join(root, 'reports')
  await mkdir(reports)
  const reporting = `${rights.NODE_OPTIONS} --report-on-signal --report-directory=${reports}`
  const env = { ...place.env, METIS_SEQ_PASSWORD_FILE: '', ...rights, NODE_OPTIONS: reporting }
  const devnet = await RunningDevnet.start({ ...place, env })
  try {
    const { keystore, passwordFile } = devnet.descriptor.spare
    const where = ['--data-dir', place.dataDir]
    const signer = ['--signer', keystore, '--password-file', passwordFile]
    const owner = devnet.descriptor.accounts[0]?.address ?? ''
    const run = (...args: string[]) => done(env, args)
    await run('register', '--from', owner, ...signer, '--out', at('record.json'))
    await run('lock', '20000', '--from', owner, ...signer, '--export', 'unsigned', '--out', at('unsigned.json'))
    await run('lock', '20000', '--from', owner, ...signer, '--yes')
    await crashReport(devnet, reports)
    await run('devnet', 'stop', '1', ...where)
    await run('snapshot', 'export', at('state'), '--node', '1', '--block', '0', ...where)
    await run('guard', 'export', at('guard.json'), '--node', '1', ...where)
    expect(await devnet.end('SIGTERM')).toBe(130)
    const all = made(record, home)
    expect(all.filter(({ what }) => what === 'file').length).toBeGreaterThanOrEqual(15)
    expect(wide(all)).toEqual([])
    expect(openNow(home)).toEqual([])
    const { admin, users, ...rest } = devnetAccounts(4)
    const keys = Object.values(rest).flat()
    const secrets = [...keys, admin, ...users].map(({ privateKey }) => bytesToHex(privateKey))
    expect(leaksInFiles(root, secrets, ['home/devnet/devnet.json'])).toEqual([])
    expect(leaksInFiles(join(home, 'devnet'), secrets.slice(-1), [])).toEqual(['devnet.json: hex'])
  } finally {
    await devnet.end('SIGKILL')
  }
}, 120_000)

/** Has the process write Node's report of itself, as it does at a crash. */
async function crashReport(devnet: RunningDevnet, folder: string): Promise<void> {
  const written = watch(folder)
  process.kill(devnet.pid, 'SIGUSR2')
  for await (const { filename } of written) {
    const text = await readFile(join(folder, filename ?? ''), 'utf8')
    if (text.trimEnd().endsWith('}')) return
  }
}
