import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { getBytes, Transaction, verifyMessage, Wallet } from 'ethers'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  createKey,
  defaultKeystore,
  findKey,
  listKeys,
  localSigner,
  openPrivateKey,
  publicKeyOfKey,
  readPasswordFile,
  unlockKey,
} from '../../../src/signers/index.js'
import { findLeaks } from '../../support/records/leaks.js'

const password = 'correct horse'
const light = 'light' as const
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'keystore-'))
})

describe('a new key', () => {
  it('is readable by its owner alone, in a folder of its owner alone', async () => {
    const folder = join(root, 'a', 'b')
    const key = await createKey(folder, { name: 'one', password, strength: light })
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(key.path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['one.json'])
  })

  it('opens again, here and in ethers, as the same key', async () => {
    const key = await createKey(root, { password, strength: light })
    const signer = await unlockKey(key, password)
    expect(signer.address).toBe(key.address)
    expect(signer.publicKey).toBe(key.publicKey)
    expect(key.name).toBe(`key-${key.address.slice(2, 10)}`)
    const wallet = await Wallet.fromEncryptedJson(await readFile(key.path, 'utf8'), password)
    expect(wallet.address.toLowerCase()).toBe(key.address)
  })

  it('never appears in its file or its description', async () => {
    const privateKey = Wallet.createRandom().privateKey as `0x${string}`
    const key = await createKey(root, { name: 'one', password, strength: light, privateKey })
    const signer = localSigner(privateKey)
    const deep = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxArrayLength: null }
    const shown = [await readFile(key.path, 'utf8'), JSON.stringify([key, signer]), inspect([key, signer], deep)]
    const run = { test: '', command: null, args: [], exit: 0, error: null, output: shown.join('\n') }
    const leaks = (output: string) =>
      findLeaks({ runs: [{ ...run, output }], secrets: [{ value: privateKey, shownBy: [] }] })
    expect(leaks(run.output)).toEqual([])
    expect(leaks(inspect({ privateKey: getBytes(privateKey) }, deep)).map(({ form }) => form)).toEqual(['bytes'])
    expect(await openPrivateKey(key, password)).toBe(privateKey)
  })

  it('uses scrypt with N = 2^17 unless it is a test key', async () => {
    const key = await createKey(root, { name: 'strong', password })
    expect(JSON.parse(await readFile(key.path, 'utf8')).Crypto.kdfparams).toMatchObject({ n: 131072, r: 8, p: 1 })
  })

  it('never overwrites another', async () => {
    const first = await createKey(root, { name: 'one', password, strength: light })
    await expect(createKey(root, { name: 'one', password, strength: light })).rejects.toMatchObject({
      code: 'KEY_EXISTS',
      exit: 5,
    })
    expect(await findKey(root, 'one')).toEqual(first)
    expect(await readdir(root)).toEqual(['one.json'])
  })

  it('is not put where others can write', async () => {
    await chmod(root, 0o777)
    await expect(createKey(root, { password, strength: light })).rejects.toMatchObject({
      code: 'KEYSTORE_FOLDER_UNSAFE',
      exit: 5,
    })
  })

  it.each(['../x', '0xabc', 'ledger', 'Ledger', '', '.hidden', 'a b', 'x'.repeat(41)])(
    'refuses the name "%s"',
    async (name) => {
      await expect(createKey(root, { name, password, strength: light })).rejects.toMatchObject({
        code: 'KEY_NAME_INVALID',
        exit: 2,
      })
    },
  )

  it('refuses an empty password', async () => {
    await expect(createKey(root, { password: '' })).rejects.toMatchObject({ code: 'PASSWORD_EMPTY', exit: 5 })
  })
})

describe('finding a key', () => {
  it('takes a name, an address in either case, and a path', async () => {
    const key = await createKey(root, { name: 'one', password, strength: light })
    for (const wanted of ['one', key.address, `0x${key.address.slice(2).toUpperCase()}`, key.path]) {
      expect(await findKey(root, wanted)).toMatchObject({ address: key.address })
    }
  })

  it.each(['two', `0x${'11'.repeat(20)}`, './no/such.json', 'a b'])('does not find "%s" (exit 5)', async (wanted) => {
    await expect(findKey(root, wanted)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND', exit: 5 })
  })

  it('says when two files hold one address', async () => {
    const key = await createKey(root, { name: 'one', password, strength: light })
    await writeFile(join(root, 'copy.json'), await readFile(key.path))
    await expect(findKey(root, key.address)).rejects.toMatchObject({ code: 'KEY_AMBIGUOUS' })
  })

  it('lists none where there is no folder', async () => {
    expect(await listKeys(join(root, 'none'))).toEqual({ keys: [], unreadable: [] })
  })
})

describe('a file that is not ours', () => {
  it('works without our extension: the public key then takes the password', async () => {
    const wallet = Wallet.createRandom()
    const json = await wallet.encrypt(password).then((text) => text)
    await writeFile(join(root, 'UTC--geth'), json)
    const key = await findKey(root, wallet.address)
    expect(key.publicKey).toBeUndefined()
    expect(await publicKeyOfKey(key, async () => password)).toBe(`0x${wallet.signingKey.publicKey.slice(4)}`)
  })

  it.each([
    ['no JSON', 'hello', 'KEYSTORE_INVALID'],
    ['no keystore', '{"version":3}', 'KEYSTORE_INVALID'],
    ['too long', ' '.repeat(70_000), 'KEYSTORE_UNREADABLE'],
  ])('is named in the list when it is %s', async (_, content, code) => {
    await writeFile(join(root, 'bad.json'), content)
    const key = await createKey(root, { name: 'good', password, strength: light })
    const { keys, unreadable } = await listKeys(root)
    expect(keys).toEqual([key])
    expect(unreadable).toMatchObject([{ path: join(root, 'bad.json') }])
    await expect(findKey(root, 'bad')).rejects.toMatchObject({ code, exit: 9 })
  })

  it('is refused when its public key belongs to somebody else, or a newer program wrote it', async () => {
    const one = await createKey(root, { name: 'one', password, strength: light })
    const two = await createKey(root, { name: 'two', password, strength: light })
    const file = JSON.parse(await readFile(one.path, 'utf8'))
    await writeFile(one.path, JSON.stringify({ ...file, 'x-metis-seq': { version: 1, publicKey: two.publicKey } }))
    await expect(findKey(root, 'one')).rejects.toMatchObject({ code: 'KEYSTORE_INVALID' })
    await writeFile(one.path, JSON.stringify({ ...file, 'x-metis-seq': { version: 2 } }))
    await expect(findKey(root, 'one')).rejects.toMatchObject({ code: 'KEYSTORE_TOO_NEW', exit: 9 })
  })
})

describe('a signer', () => {
  it('refuses the wrong password with exit 5', async () => {
    const key = await createKey(root, { password, strength: light })
    await expect(unlockKey(key, 'wrong')).rejects.toMatchObject({ code: 'WRONG_PASSWORD', exit: 5 })
  })

  it('signs EIP-1559 transactions and messages that recover to it', async () => {
    const signer = localSigner(`0x${'01'.repeat(32)}`)
    const to = `0x${'22'.repeat(20)}` as const
    const raw = await signer.signTransaction({
      chainId: 1n,
      nonce: 7,
      to,
      value: 1n,
      data: '0x1234',
      gasLimit: 21_000n,
      maxFeePerGas: 3n,
      maxPriorityFeePerGas: 1n,
    })
    const parsed = Transaction.from(raw)
    expect(parsed.from?.toLowerCase()).toBe(signer.address)
    expect(parsed).toMatchObject({
      type: 2,
      nonce: 7,
      chainId: 1n,
      gasLimit: 21_000n,
      maxFeePerGas: 3n,
      data: '0x1234',
    })
    expect(verifyMessage('hello', await signer.signMessage('hello')).toLowerCase()).toBe(signer.address)
  })
})

describe('a password file', () => {
  it.each([
    ['secret', 'secret'],
    ['secret\n', 'secret'],
    ['se cret \r\n', 'se cret '],
  ])('gives its first line: %j', async (content, expected) => {
    const path = join(root, 'password')
    await writeFile(path, content)
    expect(await readPasswordFile(path)).toBe(expected)
  })

  it.each(['', '\n', 'one\ntwo\n', 'x'.repeat(5000)])(
    'is refused when empty, of two lines or too long',
    async (content) => {
      const path = join(root, 'password')
      await writeFile(path, content)
      await expect(readPasswordFile(path)).rejects.toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE', exit: 5 })
    },
  )

  it('is refused when absent', async () => {
    await expect(readPasswordFile(join(root, 'none'))).rejects.toMatchObject({ code: 'PASSWORD_FILE_UNREADABLE' })
  })
})

it('keeps keys where the platform wants data', () => {
  expect(defaultKeystore({ XDG_DATA_HOME: '/data' })).toBe('/data/metis-seq/keystore')
  expect(defaultKeystore({})).toMatch(/\.local\/share\/metis-seq\/keystore$/)
})
