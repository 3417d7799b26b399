import { describe, expect, it } from 'vitest'
import { wholeNumber } from '../../../src/cli/contractsFile.js'
import { bytesToHex, hexToBytes, malformed, shape, utf8 } from '../../../src/core/codec/index.js'
import { networkIdOf } from '../../../src/core/consensus/digest.js'
import { decodeMessage, encodeMessage } from '../../../src/core/consensus/wire.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { parseGenesis } from '../../../src/core/genesis/parse.js'
import { parseL1Block, parseL1Logs, parseL1Transaction } from '../../../src/core/l1/answers.js'
import { readSignedFile } from '../../../src/core/staking/offline/read.js'
import { askDevnet } from '../../../src/devnet/client.js'
import { discoverNetwork } from '../../../src/l1/discover.js'
import { parseEntry } from '../../../src/l1/journal/entry.js'
import { readSigned } from '../../../src/l1/send/signed.js'
import { redactUrl } from '../../../src/l1/url.js'
import { optional, parseParams, text as textParameter } from '../../../src/node/api/rpc/params.js'
import { decryptKey, encryptKey } from '../../../src/signers/keystoreV3.js'
import { Answers } from '../../support/fuzz/answers.js'
import { triedFile, triedFolder } from '../../support/fuzz/place.js'
import { genesisOf } from '../consensus/network.js'

/** Whose conversion to text fails. */
const NO_TEXT: unknown = JSON.parse('{"toString":1,"valueOf":1}')
const fail = malformed('REFUSED', 'value')
const hash = `0x${'44'.repeat(32)}`
const address = `0x${'11'.repeat(20)}` as const

/** The code of what `work` throws. */
async function code(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error instanceof MetisSeqError ? error.code : error
  }
  return 'taken'
}

describe('an error', () => {
  it('is one line of plain text, whatever it quotes', () => {
    const quoted = 'a\u001b[2Jb\nc\u202ed\ud800e\u2028f'
    const { message, next } = new MetisSeqError('CODE', `It says "${quoted}".`, { next: quoted })
    expect(message).toBe('It says "a\\u001b[2Jb\\u000ac\\u202ed\\ud800e\\u2028f".')
    expect(next).toBe('a\\u001b[2Jb\\u000ac\\u202ed\\ud800e\\u2028f')
    expect(new MetisSeqError('CODE', 'Ünïcode 😀 “quotes” stay.').message).toBe('Ünïcode 😀 “quotes” stay.')
  })

  it('is short, however long what it quotes', () => {
    for (const long of ['x'.repeat(1e6), '\u0000'.repeat(1e6)])
      expect(new MetisSeqError('CODE', long).message).toHaveLength(2000)
  })
})

describe('one form alone is taken', () => {
  const message = encodeMessage({
    type: 'l1Events',
    from: 1,
    events: [{ type: 'rewardBatch', block: 0, batch: 2 }],
  })
  const written = new TextDecoder().decode(message)

  it.each([
    ['as it is', written, 'taken'],
    ['with a byte order mark', `\ufeff${written}`, 'MESSAGE_MALFORMED'],
    ['with a space', `${written} `, 'MESSAGE_MALFORMED'],
    ['with a number in another form', written.replace('"batch":2', '"batch":2.0'), 'MESSAGE_MALFORMED'],
    ['with a negative zero', written.replace('"block":0', '"block":-0'), 'MESSAGE_MALFORMED'],
    ['with a key twice', written.replace('"batch":2', '"batch":1,"batch":2'), 'MESSAGE_MALFORMED'],
    ['with an escaped letter', written.replace('l1Events', '\\u006c1Events'), 'MESSAGE_MALFORMED'],
  ])('of a consensus message: %s', async (_, text, wanted) => {
    expect(await code(() => decodeMessage(utf8(text)))).toBe(wanted)
  })

  it('of a whole number: no negative zero', async () => {
    expect(await code(() => shape.uint(-0, 'it', fail))).toBe('REFUSED')
    expect(Object.is(shape.uint(0, 'it', fail), 0)).toBe(true)
  })
})

describe('a value of another kind is refused', () => {
  const block = { number: '0x1', hash, parentHash: hash, mixHash: hash, baseFeePerGas: '0x1' }

  it('as the sender of an L1 transaction', async () => {
    expect(parseL1Block({ ...block, transactions: [{ from: NO_TEXT }] }, address).transactions).toEqual([])
  })

  it('as bytes of L1, with the code of such an answer', async () => {
    expect(await code(() => parseL1Block({ ...block, hash: `0x${'zz'.repeat(32)}` }))).toBe('L1_ANSWER_MALFORMED')
    expect(await code(() => parseL1Transaction({ hash, from: address, nonce: '0x0', input: '0x1' }))).toBe(
      'L1_ANSWER_MALFORMED',
    )
    expect(await code(() => parseL1Logs([{ address, topics: [], data: 'ab' }]))).toBe('L1_ANSWER_MALFORMED')
  })

  it.each([[NO_TEXT], [['1088']], [1e21], [2 ** 53], [-1], ['1e3'], ['']])('as a chain id: %j', async (value) => {
    expect(await code(() => wholeNumber(value, 'chainId', fail))).toBe('REFUSED')
    const signed = {
      kind: 'signed',
      version: 1,
      network: '',
      chainId: value,
      from: address,
      transactions: [{ title: 'a', raw: '0x' }],
    }
    expect(await code(() => readSignedFile(signed, fail))).toBe('REFUSED')
    const line = {
      event: 'signed',
      time: '2026-01-01T00:00:00Z',
      hash: '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
      raw: '0x',
      network: '',
      from: address,
      nonce: 1,
      title: 'a',
    }
    expect(await code(() => parseEntry({ ...line, chainId: value }, fail))).toBe('REFUSED')
    expect(parseEntry({ ...line, chainId: '1' }, fail)).toMatchObject({ chainId: 1n })
  })
})

it('a JSON-RPC parameter that is nested too deep to be written is refused like any other', () => {
  const deep: unknown = JSON.parse(`[${'['.repeat(200_000)}${']'.repeat(200_000)}]`)
  expect(() => parseParams(deep, [textParameter])).toThrow('invalid argument 0: [...] is not a string')
  expect(() => parseParams([{ a: 1 }], [textParameter])).toThrow('invalid argument 0: {...} is not a string')
  expect(() => parseParams([[], {}], [optional(textParameter), textParameter])).toThrow('[] is not a string')
})

it('a signed transaction whose signature is of no key is refused as invalid', async () => {
  const raw =
    '0x02f862010101098252089422222222222222222222222222222222222222228080c080a089ce68099f176d6d7a4eb0d2f44230896a2ac897f2b13f3bf20196a4ca34e52ea01b253dcebf4ff1c6a23fdf2253a2a41e6190ca5ab98d5af8d15f177e2efc12ba'
  expect(await code(() => readSigned(raw))).toBe('TX_INVALID')
})

describe('answers over HTTP', () => {
  const answered = async (text: string, ask: (url: string) => Promise<unknown>) => {
    const server = await Answers.open()
    try {
      server.text = text
      return await code(() => ask(server.url))
    } finally {
      await server.close()
    }
  }

  it('that are null are no endpoint', async () => {
    expect(await answered('null', (url) => discoverNetwork('mine', { lockingPool: address }, url))).toBe(
      'RPC_UNREACHABLE',
    )
  })

  it.each([
    ['no JSON', '<html>', 'DEVNET_NOT_RUNNING'],
    ['nested without an end', `{"l1":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'DEVNET_DESCRIPTOR_INVALID'],
    ['null', 'null', 'DEVNET_DESCRIPTOR_INVALID'],
  ])('of a devnet: %s', async (_, text, wanted) => {
    const ask = async (url: string) => {
      await triedFile('control.json', JSON.stringify({ version: 1, pid: 1, url, token: 'a' }))
      return askDevnet(triedFolder())
    }
    expect(await answered(text, ask)).toBe(wanted)
  })
})

describe('a keystore that asks for endless work is refused at once', () => {
  it.each([
    ['scrypt with 1 GB', { kdf: 'scrypt', kdfparams: { n: 2 ** 20, r: 8, p: 1 } }],
    ['scrypt 1,000 times over', { kdf: 'scrypt', kdfparams: { n: 2 ** 12, r: 8, p: 1000 } }],
    ['PBKDF2 for hours', { kdf: 'pbkdf2', kdfparams: { c: 2 ** 31 - 1, prf: 'hmac-sha256' } }],
    ['a number as text', { kdf: 'scrypt', kdfparams: { n: '1048576' } }],
    ['the second of two', { kdf: 'scrypt', kdfparams: { N: 2 ** 20 } }],
    ['what is no number', { kdf: 'scrypt', kdfparams: { n: NO_TEXT } }],
  ])('%s', async (_, change) => {
    const file = JSON.parse(await encryptKey(`0x${'5a'.repeat(32)}`, 'p', 'light'))
    const { kdfparams, ...rest } = file.Crypto ?? file.crypto
    const crypto = { ...rest, ...change, kdfparams: { ...kdfparams, ...change.kdfparams } }
    const text = JSON.stringify({ ...file, Crypto: undefined, crypto })
    expect(await code(() => decryptKey(text, 'p', 'the file'))).toBe('KEYSTORE_INVALID')
  })

  it('and one of any wallet is opened', async () => {
    expect(await decryptKey(await encryptKey(`0x${'5a'.repeat(32)}`, 'p', 'light'), 'p', 'the file')).toBe(
      `0x${'5a'.repeat(32)}`,
    )
  })
})

describe('a genesis', () => {
  const document = () => JSON.parse(JSON.stringify(genesisOf())) as Record<string, Record<string, unknown>>
  const refused = async (value: unknown) => code(() => parseGenesis(value, fail))

  it('is taken as it is, and has the same id', () => {
    expect(networkIdOf(parseGenesis(document(), fail))).toBe(networkIdOf(genesisOf()))
  })

  it.each([
    [
      'the names alone',
      { version: 1, name: '', salt: 1, l1: 1, l2: 1, consensus: 1, group: 1, firstSequencer: 1, sequencers: 1 },
    ],
    ['nested without an end', { ...document(), salt: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) }],
    ['one field more', { ...document(), extra: 1 }],
    ['one field more inside', { ...document(), l1: { ...document().l1, extra: 1 } }],
    ['an account of another shape', { ...document(), l2: { ...document().l2, alloc: { '0x1': { balance: '0' } } } }],
    ['another version', { ...document(), version: 2 }],
    ['nothing', null],
  ])('is refused: %s', async (_, value) => {
    expect(await refused(value)).toBe('REFUSED')
  })
})

it('an endpoint of another kind than http is not shown, for what is secret in it nobody can tell', () => {
  expect(redactUrl('htps:geheimnis@node.example/v3/key')).toBe('htps:***')
  expect(redactUrl('https://user:geheimnis@node.example/v3/0123456789abcdef?key=1')).toBe('https://node.example/v3/***')
})

it('hex is read by its digits, in either case', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
  expect(hexToBytes(bytesToHex(all))).toEqual(all)
  expect(hexToBytes(bytesToHex(all).toUpperCase().replace('0X', '0x'))).toEqual(all)
})
