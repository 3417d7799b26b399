import { verifyMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, fromBigEndian, hexToBytes } from '../../../src/core/codec/index.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import { compilePlayground } from '../execution/playground.js'
import { addressOf, METIS, sign, testGenesis, wallet } from '../execution/support.js'
import { type ApiRig, openApi, rpc } from './support.js'

const { abi, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
const NOBODY: Address = `0x${'99'.repeat(20)}`
const word = (n: number | bigint): Hash => `0x${n.toString(16).padStart(64, '0')}`
const EMPTY_CODE = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

interface Proof {
  accountProof: Hex[]
  balance: Hex
  nonce: Hex
  codeHash: Hash
  storageHash: Hash
  storageProof: { key: Hex; value: Hex; proof: Hex[] }[]
}

let rig: ApiRig
beforeAll(async () => {
  const storage = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [word(i + 100), word(2n ** BigInt(6 * i))]))
  rig = await openApi({}, await testGenesis({ [PLAYGROUND]: { balance: '3', code: runtime, storage } }))
  const data = abi.encodeFunctionData('set', [1, 7])
  await rpc(
    rig.api.url.rpc,
    'eth_sendRawTransaction',
    bytesToHex(await sign(wallet(0), 0, { to: PLAYGROUND, data, gasLimit: 200_000 })),
  )
  await rig.seal()
})
afterAll(() => rig.close())

const proofOf = async (address: Address, keys: readonly Hex[], at = 'latest') =>
  (await rpc(rig.api.url.rpc, 'eth_getProof', address, keys, at)).result as Proof
const rootAt = async (at: string) =>
  ((await rpc(rig.api.url.rpc, 'eth_getBlockByNumber', at, false)).result as { stateRoot: Hash }).stateRoot
/** What a proof shows to lie at a key; null: nothing. The library's own verifier. */
const shown = async (root: Hash, key: Hex, proof: readonly Hex[]) => {
  const value = await verifyMerkleProof(
    hexToBytes(key),
    proof.map((node) => hexToBytes(node)),
    { root: hexToBytes(root), useKeyHashing: true },
  )
  return value === null ? null : RLP.decode(value)
}

describe('eth_getProof', () => {
  it.each(['0x0', '0x1'])(
    'shows an account and its slots in block %s to whoever knows the state root alone',
    async (at) => {
      const keys = [word(100), word(139), word(2), word(55)]
      const proof = await proofOf(PLAYGROUND, keys, at)
      const fields = (await shown(await rootAt(at), PLAYGROUND, proof.accountProof)) as Uint8Array[]
      const [nonce, balance, storageRoot, codeHash] = fields
      expect([nonce, balance].map((each) => fromBigEndian(each ?? new Uint8Array(0)))).toEqual([
        BigInt(proof.nonce),
        3n,
      ])
      expect([storageRoot, codeHash].map((each) => bytesToHex(each ?? new Uint8Array(0)))).toEqual([
        proof.storageHash,
        proof.codeHash,
      ])
      const values: (bigint | null)[] = []
      for (const [i, { key, proof: nodes }] of proof.storageProof.entries()) {
        const value = await shown(proof.storageHash, keys[i] ?? '0x', nodes)
        expect(key).toBe(keys[i])
        values.push(value === null ? null : fromBigEndian(value as Uint8Array))
      }
      expect(values).toEqual([1n, 2n ** 234n, at === '0x0' ? null : 1n, null])
      expect(proof.storageProof.map(({ value }) => BigInt(value))).toEqual(values.map((value) => value ?? 0n))
    },
  )

  it('shows that something is not there', async () => {
    const nobody = await proofOf(NOBODY, [word(1)])
    expect(await shown(await rootAt('latest'), NOBODY, nobody.accountProof)).toBeNull()
    expect(nobody).toMatchObject({ balance: '0x0', nonce: '0x0', codeHash: EMPTY_CODE, storageHash: EMPTY_ROOT })
    expect(nobody.storageProof).toEqual([{ key: word(1), value: '0x0', proof: [] }])
    const person = await proofOf(addressOf(wallet(1)), [])
    expect(person).toMatchObject({
      balance: `0x${(1000n * METIS).toString(16)}`,
      codeHash: EMPTY_CODE,
      storageProof: [],
    })
  })

  it('is no proof once a bit of it is another', async () => {
    const { accountProof } = await proofOf(PLAYGROUND, [])
    const last = accountProof.length - 1
    const bytes = hexToBytes(accountProof[last] ?? '0x')
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    const forged = accountProof.with(last, bytesToHex(bytes))
    await expect(shown(await rootAt('latest'), PLAYGROUND, forged)).rejects.toThrow()
    await expect(shown(word(1), PLAYGROUND, accountProof)).rejects.toThrow()
  })

  it('writes keys as they came, short ones as quantities', async () => {
    const { storageProof } = await proofOf(PLAYGROUND, ['0x0', '0x2', word(2)])
    expect(storageProof.map(({ key }) => key)).toEqual(['0x0', '0x2', word(2)])
  })

  it('is bounded', async () => {
    const { error } = await rpc(rig.api.url.rpc, 'eth_getProof', PLAYGROUND, Array(1025).fill('0x0'), 'latest')
    expect(error).toEqual({ code: -32602, message: 'too many storage keys requested (max 1024, got 1025)' })
  })
})
