import { createMPT } from '@ethereumjs/mpt'
import { expect, it } from 'vitest'
import { orderedRoot } from '../../../src/core/chain/orderedRoot.js'
import { bytesToHex, rlpEncode } from '../../../src/core/codec/index.js'

it.each([0, 1, 2, 17, 127, 128, 129, 300])('orders %i items as others do', async (count) => {
  const items = Array.from({ length: count }, (_, i) => rlpEncode([i, i * i]))
  const other = await createMPT()
  for (const [i, item] of items.entries()) await other.put(rlpEncode(i), item)
  expect(orderedRoot(items)).toBe(bytesToHex(other.root()))
})
