import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import { cli } from '../cli/support.js'
import { METIS, openStage, type Stage } from './support.js'

let stage: Stage
let owner: string
const at = (...names: string[]) => join(stage.dataDir, ...names)
beforeAll(async () => {
  stage = await openStage()
  owner = (await stage.key('owner')).address
  await stage.key('signer')
  const contracts = at('contracts.json')
  await writeFile(contracts, JSON.stringify({ lockingPool: stage.descriptor.contracts.lockingPool }))
  const added = await stage.run(['networks', 'add', 'mine', '--contracts', contracts, '--rpc-url', stage.anvil.url])
  expect(added).toMatchObject({ code: 0 })
})
afterAll(() => stage?.close())

/** A grey picture, or its first `bytes` alone. */
function png(width: number, height: number, bytes = Number.POSITIVE_INFINITY): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8 // bits of grey
  const pixels = deflateSync(Buffer.alloc((width + 1) * height))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const all = [signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat(all).subarray(0, bytes)
}
const svg = (size: string, inside = '') =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}>${inside}<rect/></svg>\n`)

const texts = ['--name', 'Alpha 1', '--desc', 'A sequencer.', '--url', 'https://alpha.example']
const register = (...more: string[]) =>
  stage.run(['register', '--from', 'owner', '--network', 'mine', ...texts, ...more])
const open = (json: { checks: { code: string; ok: boolean }[] }) =>
  json.checks.filter(({ ok }) => !ok).map(({ code }) => code)

describe('a record for a live network', () => {
  it.each<[string, string, () => Buffer]>([
    ['png', 'logo.png', () => png(256, 256)],
    ['svg', 'logo.svg', () => svg('width="128" height="128"')],
    ['svg', 'box.SVG', () => svg('viewBox="0 0 200 200"')],
  ])('takes a picture as %s and says where it goes', async (type, file, content) => {
    await writeFile(at(file), content())
    const { code, json } = await register('--signer', 'signer', '--image', at(file))
    expect(code).toBe(0)
    expect(json).toMatchObject({
      record: { avatar: `{BASEDIR}/assets/Alpha-1.${type}`, address: owner },
      picture: { file, type },
      whitelisted: false,
      transaction: null,
      handIn: { list: 'sequencers/1001/all.json', picture: `sequencers/1001/assets/Alpha-1.${type}` },
      lock: 'metis-seq lock 20000 --from owner --signer signer --network mine',
    })
  })

  it.each<[string, string, () => Buffer]>([
    ['says otherwise', 'wrong.svg', () => png(256, 256)],
    ['says otherwise', 'wrong.png', () => svg('width="128" height="128"')],
    ['not square', 'wide.png', () => png(256, 128)],
    ['127 by 127', 'small.png', () => png(127, 127)],
    ['60000 by 60000', 'huge.svg', () => svg('width="60000" height="60000"')],
    ['0 by 0', 'none.svg', () => svg('id="a"')],
    ['only PNG and SVG', 'a.gif', () => Buffer.from('GIF89a\x80\0\x80\0\0\0\0;', 'latin1')],
    ['not a picture', 'text.png', () => Buffer.from('hello')],
    ['not a picture', 'empty.png', () => Buffer.alloc(0)],
    ['end of the picture is missing', 'cut.png', () => png(256, 256, 60)],
    ['script', 'bad.svg', () => svg('width="128" height="128"', '<script>1</script>')],
    ['30000 bytes', 'large.png', () => Buffer.alloc(30_000, png(256, 256))],
  ])('refuses a picture: %s', async (reason, file, content) => {
    await writeFile(at(file), content())
    const { code, json } = await register('--signer', 'signer', '--image', at(file))
    expect(code).toBe(2)
    expect(json.error).toMatchObject({ code: 'PICTURE_INVALID', message: expect.stringContaining(reason) })
  })

  it('does not read a picture of gigabytes, nor one that is not there', async () => {
    await writeFile(at('bomb.png'), png(256, 256))
    await truncate(at('bomb.png'), 4 * 1024 ** 3)
    expect((await register('--signer', 'signer', '--image', at('bomb.png'))).json.error).toMatchObject({
      code: 'INPUT_TOO_LARGE',
      exit: 2,
    })
    await truncate(at('bomb.png'), 0) // the files of the run are read in the end
    expect((await register('--signer', 'signer', '--image', at('nothing.png'))).json.error).toMatchObject({
      code: 'INPUT_UNREADABLE',
      exit: 2,
    })
  })

  it('lists what is missing until the lock, and then the lock works as it is printed', async () => {
    const avatar = ['--avatar', '{BASEDIR}/assets/alpha.png']
    const pubkey = (await stage.run(['keys', 'show', 'signer'])).json.publicKey
    const bare = await register('--signer-pubkey', pubkey, ...avatar)
    expect(bare.code).toBe(0)
    expect(open(bare.json)).toEqual([
      'PICTURE_MISSING',
      'KEY_NOT_PROVEN',
      'NOT_WHITELISTED',
      'INSUFFICIENT_METIS',
      'INSUFFICIENT_ETH',
    ])
    const { stderr } = await cli(
      ['register', '--from', 'owner', '--signer', 'signer', '--network', 'mine', ...texts, ...avatar],
      { env: stage.settings },
    )
    expect(stderr).toMatch(/✔ the signer's key is at hand\n/)
    expect(stderr).toMatch(/✖ the owner is whitelisted\n.*\n +Hand the record in: a pull request to /)
    expect(stderr).toContain('When all of that is there: metis-seq lock 20000 --from owner --signer signer')

    await stage.fund(owner, METIS, 20_000n * METIS)
    expect((await stage.run(['register', '--from', 'owner', '--signer', 'signer'])).json).toMatchObject({
      whitelisted: true,
      handIn: null,
      checks: expect.not.arrayContaining([expect.objectContaining({ ok: false })]),
    })
    const withKey = `${stage.anvil.url}/?key=0123456789abcdef`
    const secret = await register('--signer', 'signer', ...avatar, '--rpc-url', withKey)
    expect(secret.json.lock).toMatch(/ --rpc-url "\$METIS_SEQ_RPC_URL" --network mine$/)
    const ready = await register('--signer', 'signer', '--image', at('logo.png'), '--rpc-url', stage.anvil.url)
    expect(ready.json.lock).toContain(` --rpc-url ${stage.anvil.url}`)
    expect(open(ready.json)).toEqual([])
    const [, ...words] = ready.json.lock.split(' ')
    expect(await stage.run([...words, '--yes'])).toMatchObject({ code: 0, json: { status: 'done' } })
    expect(open((await register('--signer', 'signer', '--image', at('logo.png'))).json)).toEqual([
      'OWNER_HAS_SEQUENCER',
      'SIGNER_IN_USE',
      'INSUFFICIENT_METIS',
    ])
  })

  it('comes with a proof that anybody can check', async () => {
    const made = await register('--signer', 'signer', '--image', at('logo.png'))
    const verify = async (change: (json: typeof made.json) => unknown) => {
      await writeFile(at('proof.json'), JSON.stringify(change(structuredClone(made.json))))
      const { code, json } = await stage.run(['register', 'verify', at('proof.json')])
      return `${code} ${json.error?.code ?? json.chain}`
    }
    expect(await verify((json) => json)).toBe('0 1001')
    const other = (json: typeof made.json) => ({ ...json, record: { ...json.record, address: `0x${'12'.repeat(20)}` } })
    expect(await verify(other)).toBe('10 PROOF_INVALID')
    const flipped = ({ record, proof }: typeof made.json) => {
      const middle = proof.signature[20] === '0' ? '1' : '0'
      const signature = `${proof.signature.slice(0, 20)}${middle}${proof.signature.slice(21)}`
      return { record, proof: { ...proof, signature } }
    }
    expect(await verify(flipped)).toBe('10 PROOF_INVALID')
    const zero = ({ record, proof }: typeof made.json) => ({
      record,
      proof: { ...proof, signature: `0x${'00'.repeat(65)}` },
    })
    expect(await verify(zero)).toBe('10 PROOF_INVALID')
    expect(await verify(({ record }) => ({ record, proof: null }))).toBe('2 INPUT_INVALID')
    expect(await verify(({ proof }) => ({ record: null, proof }))).toBe('2 RECORD_INVALID')
  })
})

describe('a list of records', () => {
  function recordOf(number: number, change: Record<string, unknown> = {}) {
    const pubkey = publicKeyOf(new Uint8Array(32).fill(number))
    const seq_addr = addressOfPublicKey(pubkey)
    const [avatar, url] = ['{BASEDIR}/assets/a.png', 'https://alpha.example']
    const address = `0x${number.toString(16).padStart(40, '0')}`
    return { name: `Alpha ${number}`, avatar, desc: 'One.', address, seq_addr, pubkey, url, ...change }
  }
  const check = async (content: unknown, ...more: string[]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await writeFile(at('all.json'), text)
    return stage.run(['register', 'check', at('all.json'), ...more])
  }

  it('passes, alone and with one more', async () => {
    expect(await check([recordOf(1), recordOf(2)])).toMatchObject({ code: 0, json: { valid: true, added: null } })
    await writeFile(at('new.json'), JSON.stringify(recordOf(3)))
    expect(await check([recordOf(1)], '--record', at('new.json'))).toMatchObject({
      code: 0,
      json: { valid: true, records: [{ index: 0 }], added: { index: 1, name: 'Alpha 3', problems: [] } },
    })
    expect(await check(recordOf(1))).toMatchObject({ code: 0, json: { records: [{ name: 'Alpha 1' }] } })
  })

  it('fails with every problem of every record: exit 10', async () => {
    const list = [
      recordOf(1),
      recordOf(2, { pubkey: recordOf(1).pubkey }),
      recordOf(3, { name: 'x'.repeat(25), url: 'x' }),
    ]
    const { code, json } = await check(list)
    expect({ code, valid: json.valid }).toEqual({ code: 10, valid: false })
    expect(json.records.map(({ problems }: { problems: string[] }) => problems.length)).toEqual([0, 2, 2])
    const { stdout } = await cli(['register', 'check', at('all.json')], { env: stage.settings })
    expect(stdout).toContain('Record 1 "Alpha 2": "pubkey" is that of record 0 too.\n')
    expect(stdout).toMatch(/3 records, 2 not valid\.\n$/)
  })

  it('refuses a new record that takes what is taken: exit 10', async () => {
    await writeFile(at('new.json'), JSON.stringify(recordOf(3, { name: 'Alpha 1' })))
    const { code, json } = await check([recordOf(1)], '--record', at('new.json'))
    expect({ code, added: json.added.problems }).toEqual({ code: 10, added: ['"name" is that of record 0 too.'] })
  })

  it.each<[string, unknown, string[]]>([
    ['INPUT_INVALID', '[{', []],
    ['INPUT_INVALID', '7', []],
    ['INPUT_INVALID', '['.repeat(100_000), []],
    ['INPUT_TOO_LARGE', ' '.repeat(1024 * 1024 + 1), []],
    ['INPUT_UNREADABLE', [], ['--record', '/nonexistent/record.json']],
    ['CHAIN_MISMATCH', [], ['--whitelist', '--chain', '1088', '--network', 'mine']],
  ])('%s: exit 2', async (code, content, more) => {
    expect(await check(content, ...more)).toMatchObject({ code: 2, json: { error: { code } } })
  })

  it('knows by its folder for which chain it is', async () => {
    await mkdir(at('59902'), { recursive: true })
    await writeFile(at('59902', 'all.json'), JSON.stringify([recordOf(1)]))
    const list = ['register', 'check', at('59902', 'all.json')]
    expect(await stage.run(list)).toMatchObject({ code: 0, json: { chain: '59902' } })
    expect(await stage.run([...list, '--chain', '1088'])).toMatchObject({
      code: 2,
      json: { error: { code: 'CHAIN_MISMATCH' } },
    })
  })

  it('asks L1 who may lock', async () => {
    const list = [recordOf(1, { address: owner }), recordOf(2), recordOf(3, { address: 'nobody' })]
    const { code, json } = await check(list, '--whitelist', '--network', 'mine', '--chain', '1001')
    expect(code).toBe(10)
    expect(json.records.map(({ whitelisted }: { whitelisted: boolean | null }) => whitelisted)).toEqual([
      true,
      false,
      null,
    ])
  })

  it('what register writes passes', async () => {
    const out = at('written.json')
    await register('--signer', 'signer', '--image', at('logo.png'), '--out', out)
    expect(await check(JSON.parse(await readFile(out, 'utf8')))).toMatchObject({ code: 0 })
  })
})
