import { afterAll, beforeAll, expect, it } from 'vitest'
import { packBlob } from '../../../src/core/batching/blobs.js'
import { utf8 } from '../../../src/core/codec/index.js'
import type { Kzg } from '../../../src/core/ports/l1.js'
import { createKzg } from '../../../src/node/batcher/kzg.js'

let kzg: Kzg
beforeAll(() => {
  kzg = createKzg()
})
afterAll(() => kzg.close())

it('commits to the empty blob with the point at infinity', async () => {
  const [commitment] = await kzg.commitments([new Uint8Array(131_072)])
  expect(Buffer.from(commitment ?? []).toString('hex')).toBe(`c0${'00'.repeat(47)}`)
})

it('gives 128 cell proofs of 48 bytes a blob, and the same commitments', async () => {
  const blobs = [packBlob(utf8('one')), packBlob(utf8('two'))]
  const { commitments, cellProofs } = await kzg.sidecar(blobs)
  expect(commitments).toEqual(await kzg.commitments(blobs))
  expect(cellProofs.map((each) => each.length)).toEqual([128, 128])
  expect(cellProofs.flat().every(({ length }) => length === 48)).toBe(true)
})

it('refuses what is no blob, and goes on', async () => {
  await expect(kzg.commitments([new Uint8Array(5)])).rejects.toMatchObject({ code: 'KZG_FAILED' })
  await expect(kzg.commitments([new Uint8Array(131_072).fill(255)])).rejects.toMatchObject({ code: 'KZG_FAILED' })
  expect(await kzg.commitments([packBlob(utf8('one'))])).toHaveLength(1)
})

it('fails what is under way when it is closed', async () => {
  const other = createKzg()
  const pending = expect(other.commitments([packBlob(utf8('one'))])).rejects.toMatchObject({ code: 'KZG_FAILED' })
  await other.close()
  await pending
  await expect(other.commitments([])).rejects.toMatchObject({ severity: 'refused' })
})
