import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli, project } from './support.js'

const vector = (name: string) => join(project, 'test/vectors/batching', name)
const unzipped = async (name: string) =>
  gunzipSync(await readFile(vector(name)))
    .toString()
    .trim()
const A233 = '0xa233cc81fc6c12e3318ea71ec5d7bba78c706b04'
const AFF6 = '0xaff606251d8540f97ca2db12774c0147a170ab9e'
const ECA7 = '0xeca7ae7de0d1978df299a547ee66c4503fba474d'
const validators = [
  { id: 2, signer: A233, power: 20000 },
  { id: 3, signer: AFF6, power: 20000 },
  { id: 1, signer: ECA7, power: 20000 },
]

let folder: string
const at = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metis-seq-offline-'))
  await writeFile(at('validators.json'), JSON.stringify(validators))
})
afterAll(() => rm(folder, { recursive: true }))

describe('rotation predict', () => {
  const predict = async (...flags: string[]) => {
    const { stdout } = await cli(['rotation', 'predict', '--validators', at('validators.json'), '--json', ...flags])
    return JSON.parse(stdout)
  }

  it('draws spans as the live network does', async () => {
    expect(await predict('--algorithm', 'themis', '--span', '2')).toEqual({
      seed: '0xdbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986',
      producers: [{ id: 2, signer: A233 }],
    })
  })

  it('draws the replacement of a stalled sequencer', async () => {
    const respan = ['--respan', '15214600', '--current', A233]
    expect((await predict(...respan)).producers).toEqual([{ id: 1, signer: ECA7 }])
    expect((await predict(...respan, '--seed', '2')).producers).toEqual([{ id: 3, signer: AFF6 }])
  })

  it('reads standard input, and is blocked (3) when nobody is eligible', async () => {
    const args = ['rotation', 'predict', '--validators', '-', '--span', '1']
    const plain = await cli(args, { input: JSON.stringify(validators) })
    expect(plain.stdout).toMatch(/^Seed: 0x4bf5122f344554c5.*\nID {2}SIGNER\n1 {3}0xeca7/)
    expect(await cli(args, { input: '[]' })).toMatchObject({ code: 3, stdout: '' })
    expect(await cli(args, { input: '[{}]' })).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('batch', () => {
  it.each([
    ['span', 'span-300.hex.gz'],
    ['calldata', 'calldata-zlib-300.hex.gz'],
  ])('encodes the very bytes of the live batcher as %s', async (format, name) => {
    const args = ['batch', 'encode', vector('blocks-300.json.gz'), '--format', format, '--batch-index', '4321']
    const { code, stdout } = await cli(args)
    expect(code).toBe(0)
    expect(stdout.trim() === `0x${(await unzipped(name)).replace(/^0x/, '')}`).toBe(true)
  })

  it('writes bytes to a new file and never over one that is there', async () => {
    const args = ['batch', 'encode', vector('blocks-300.json.gz'), '--format', 'channel', '--out', at('channel.bin')]
    const { stdout } = await cli([...args, '--json'])
    const { size } = await stat(at('channel.bin'))
    expect(JSON.parse(stdout)).toEqual({ format: 'channel', blocks: 300, size, out: at('channel.bin') })
    expect(await cli(args)).toMatchObject({ code: 2, stdout: '' })
    const table = await cli(['batch', 'decode', at('channel.bin')])
    expect(table.stdout.split('\n').slice(0, 3)).toEqual([
      'Format: channel',
      'BLOCK     TIMESTAMP   L1 BLOCK  TXS  QUEUE TXS',
      '18900001  1733200005  21320000  3    1',
    ])
  })

  it('reads what it wrote: decode and encode again give the same bytes', async () => {
    const { stdout } = await cli(['batch', 'decode', vector('span-300.hex.gz'), '--json'])
    await writeFile(at('blocks.json'), stdout)
    const again = await cli(['batch', 'encode', at('blocks.json'), '--format', 'span'])
    expect(again.stdout.trim().slice(2) === (await unzipped('span-300.hex.gz')).replace(/^0x/, '')).toBe(true)
  })

  it('says what a calldata batch leaves out', async () => {
    const { stdout } = await cli(['batch', 'decode', vector('calldata-zlib-300.hex.gz'), '--json'])
    const decoded = JSON.parse(stdout)
    expect(decoded).toMatchObject({ format: 'calldata', batchIndex: '4321' })
    await writeFile(at('calldata.json'), stdout)
    const again = await cli(['batch', 'encode', at('calldata.json'), '--format', 'span'])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain("leaves a queue transaction's content on L1")
  })

  it.each<[string, unknown, string]>([
    ['no blocks', { meta: { l2ChainId: 1088 }, blocks: [] }, 'it has no block'],
    ['no chain id', { blocks: [{ blockNumber: 1, timestamp: 1, txs: [] }] }, 'blocks[0] has no transaction'],
    ['a wrong number', { meta: {}, blocks: [{ blockNumber: -1, timestamp: 1, txs: [] }] }, 'blocks[0]'],
    ['a list', [], 'it is not an object'],
  ])('refuses a file of %s with exit 2', async (_, content, reason) => {
    const { code, stderr } = await cli(['batch', 'encode', '-', '--format', 'span'], { input: JSON.stringify(content) })
    expect(code).toBe(2)
    expect(stderr).toContain(reason)
  })

  it('refuses bytes that are no batch, and a cut one, with exit 2', async () => {
    expect(await cli(['batch', 'decode', '-'], { input: 'not a batch' })).toMatchObject({ code: 2, stdout: '' })
    const cut = (await unzipped('span-300.hex.gz')).slice(0, -2)
    const outcome = await cli(['batch', 'decode', '-', '--format', 'span', '--json'], { input: cut })
    expect(outcome.code).toBe(2)
    expect(JSON.parse(outcome.stdout).error).toMatchObject({ code: 'BATCH_MALFORMED', exit: 2 })
  })
})
