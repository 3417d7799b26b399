import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { keepNetwork, knownNetworks } from '../../../src/cli/networks.js'
import { signedEnvelope, signingDigest } from '../../../src/core/chain/transaction.js'
import { bytesToHex, keccak256, keccakBytes, utf8 } from '../../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf, signDigest } from '../../../src/core/consensus/crypto.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { fileJournal } from '../../../src/l1/index.js'
import { decryptKey, encryptKey } from '../../../src/signers/keystoreV3.js'

const privateKey = keccakBytes(utf8('metis-seq test flipped'))
const from = addressOfPublicKey(publicKeyOf(privateKey))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flipped-'))
})

/** What is read of a file when one bit of each `step`th byte in turn is another one: `undefined` where that is refused. */
async function readings<T>(
  path: string,
  read: () => Promise<T>,
  codes: readonly string[],
  step = 1,
): Promise<(T | undefined)[]> {
  const whole = await readFile(path)
  const seen: (T | undefined)[] = []
  for (let at = 0; at < whole.length; at += step) {
    const flipped = Buffer.from(whole)
    flipped[at] = (whole[at] ?? 0) ^ (1 << (at % 7))
    await writeFile(path, flipped)
    const reading = await read().catch((error: unknown) => {
      if (!(error instanceof MetisSeqError)) throw error
      expect([...codes]).toContain(error.code)
      return undefined
    })
    seen.push(reading)
  }
  await writeFile(path, whole)
  return seen
}

describe('with any one byte changed', () => {
  it('the journal is refused, or says the same of what was signed where and with which nonce', async () => {
    const path = join(folder, 'journal.jsonl')
    const journal = fileJournal(path, () => 0)
    const unsigned = {
      chainId: 11_155_111,
      nonce: 1234,
      to: from,
      value: 0n,
      data: new Uint8Array(4),
      gasLimit: 21_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
      blobs: [],
    }
    const envelope = signedEnvelope(unsigned, signDigest(signingDigest(unsigned), privateKey))
    const [raw, hash] = [bytesToHex(envelope), keccak256(envelope)]
    const named = { chainId: 11_155_111n, nonce: 1234, network: 'sepolia', from, title: 'lock', raw }
    await journal.append({ event: 'signed', hash, ...named })
    const read = async () => (await journal.read())[0]
    for (const record of await readings(path, read, ['JOURNAL_INVALID', 'JOURNAL_TOO_NEW'])) {
      if (record === undefined) continue
      expect({ ...record, raw: record.raw.toLowerCase() }).toMatchObject({
        hash,
        raw,
        chainId: 11_155_111n,
        nonce: 1234,
        state: 'open',
      })
    }
  })

  it('the file of networks is refused, or has the same contracts', async () => {
    vi.stubEnv('METIS_SEQ_CONFIG', join(folder, 'config.json'))
    try {
      const of = (name: string) => keccak256(utf8(name)).slice(0, 42) as `0x${string}`
      const contracts = { metis: of('a'), lockingInfo: of('b'), lockingPool: of('c'), bridge: of('d') }
      const network = { name: 'mine', l1ChainId: 1n, l2ChainId: 1088n, contracts }
      await keepNetwork('mine', { rpcUrl: 'http://127.0.0.1:1', secondRpcUrl: null, l2RpcUrl: null }, network)
      const read = async () => (await knownNetworks()).filter(({ origin }) => origin === 'added')
      for (const found of await readings(join(folder, 'networks.json'), read, ['NETWORKS_INVALID', 'NETWORKS_TOO_NEW']))
        for (const { contracts: own } of found ?? []) expect(own).toEqual(contracts)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  // To open one takes 13 ms.
  it('a keystore does not open, or opens to the same key', async () => {
    const path = join(folder, 'key.json')
    await writeFile(path, await encryptKey(bytesToHex(privateKey), 'test password', 'light'))
    const read = async () => decryptKey(await readFile(path, 'utf8'), 'test password', path)
    const codes = ['KEYSTORE_INVALID', 'KEYSTORE_TOO_NEW', 'WRONG_PASSWORD']
    for (const key of await readings(path, read, codes, 5)) expect([bytesToHex(privateKey), undefined]).toContain(key)
  })
})
