import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import type { Header } from '../../../src/core/chain/header.js'
import { bytesToHex, concatBytes, hexToBytes, rlpEncode } from '../../../src/core/codec/index.js'
import type { Block } from '../../../src/core/ports/execution.js'
import { next, openRig, type Rig, SEQUENCER, sign, wallet } from './support.js'

let builder: Rig
let importer: Rig
beforeEach(async () => {
  builder = await openRig()
  importer = await openRig(builder.genesis)
})
afterEach(() => Promise.all([builder.remove(), importer.remove()]))

/** A block with a transfer and a deposit. */
async function built(): Promise<Block> {
  const { engine } = builder
  const raw = await sign(wallet(0), 0, { to: wallet(1).address, value: 1n })
  const { block } = await engine.execute([raw], next(engine, [{ index: 0, address: SEQUENCER, amountGwei: 3n }]))
  return block
}

/** The same body under a header with other fields. */
function altered(block: Block, change: Partial<Header>): Uint8Array {
  const { header } = parseBlock(block.encoded)
  return assembleBlock({ ...header, ...change }, block.transactions, block.withdrawals).encoded
}

const hash = `0x${'11'.repeat(32)}` as const

describe('import', () => {
  it.each<[string, Partial<Header>, string]>([
    ['state root', { stateRoot: hash }, 'state root'],
    ['receipts root', { receiptsRoot: hash }, 'receipts root'],
    ['transactions root', { transactionsRoot: hash }, 'transactions root'],
    ['withdrawals root', { withdrawalsRoot: hash }, 'withdrawals root'],
    ['requests hash', { requestsHash: hash }, 'requests hash'],
    ['bloom', { logsBloom: `0x${'01'.repeat(256)}` }, 'bloom'],
    ['gas used', { gasUsed: 21_001n }, 'gas used'],
    ['gas limit', { gasLimit: 30_000_001n }, 'gas limit'],
    ['base fee', { baseFee: 1n }, 'base fee'],
    ['number', { number: 7 }, 'number'],
    ['fee recipient', { feeRecipient: `0x${'77'.repeat(20)}` }, 'state root'],
    ['parent', { parentHash: hash }, 'parent'],
    ['time of its parent', { timestamp: 1_700_000_000 }, 'time 1700000000'],
  ])('refuses a false %s and keeps the head', async (_, change, named) => {
    const encoded = altered(await built(), change)
    await expect(importer.engine.import(encoded)).rejects.toMatchObject({
      code: 'BLOCK_INVALID',
      severity: 'refused',
      message: expect.stringContaining(named),
    })
    expect(importer.engine.head().number).toBe(0)
    const block = builder.engine.head()
    expect(await importer.engine.import(block.encoded)).toEqual(block)
  })

  it("takes prevRandao and extraData as given: their rules are the sequencing layer's", async () => {
    const block = await built()
    const other = await importer.engine.import(altered(block, { prevRandao: hash, extraData: '0x' }))
    expect(other).toMatchObject({ prevRandao: hash, extraData: '0x', stateRoot: block.stateRoot })
  })

  it('refuses a block with a transaction that cannot be included', async () => {
    const block = await built()
    const { header } = parseBlock(block.encoded)
    const gap = await sign(wallet(2), 5, { to: wallet(1).address })
    const { encoded } = assembleBlock(header, [...block.transactions, gap], block.withdrawals)
    const refusal = { code: 'BLOCK_INVALID', message: expect.stringContaining('nonce 5 is above') }
    await expect(importer.engine.import(encoded)).rejects.toMatchObject(refusal)
  })

  it('refuses the same block twice', async () => {
    const { encoded } = await built()
    await importer.engine.import(encoded)
    await expect(importer.engine.import(encoded)).rejects.toMatchObject({ code: 'BLOCK_INVALID' })
  })

  it('refuses blob transactions by their type, and set-code ones that are none', async () => {
    const block = await built()
    const { header } = parseBlock(block.encoded)
    for (const [type, reason] of [
      [3, 'type is 3'],
      [4, 'is invalid'],
    ] as const) {
      const { encoded } = assembleBlock(header, [concatBytes(Uint8Array.of(type), rlpEncode([1, 2, 3]))], [])
      const refusal = { code: 'TX_INVALID', message: expect.stringContaining(reason) }
      await expect(importer.engine.import(encoded)).rejects.toMatchObject(refusal)
    }
  })

  it('answers malformed bytes with a typed error', async () => {
    const { encoded } = await built()
    const cases = [
      new Uint8Array(0),
      Uint8Array.of(0xc0),
      encoded.subarray(0, -1),
      concatBytes(encoded, Uint8Array.of(0)),
    ]
    for (let i = 0; i < encoded.length; i += 7) cases.push(flipped(encoded, i))
    for (const bytes of cases) {
      const code = expect.stringMatching(/^(BLOCK_MALFORMED|BLOCK_INVALID|TX_INVALID)$/)
      await importer.engine.import(bytes).then(
        (block) => expect(block.encoded).toEqual(bytes),
        (error) => expect(error).toMatchObject({ code }),
      )
      if (importer.engine.head().number > 0) await importer.engine.rewind(importer.genesis.hash)
    }
    const tooLong = new Uint8Array(8 * 1024 * 1024 + 1)
    expect(() => importer.engine.decodeBlock(tooLong)).toThrow(expect.objectContaining({ code: 'BLOCK_MALFORMED' }))
  })

  it('decodes what it encodes', async () => {
    const block = await built()
    expect(importer.engine.decodeBlock(block.encoded)).toEqual(block)
    const legacy = await sign(wallet(3), 0, { type: 0, to: wallet(1).address })
    const { block: second } = await builder.engine.execute([legacy], next(builder.engine))
    expect(importer.engine.decodeBlock(second.encoded)).toEqual(second)
    expect(bytesToHex(second.transactions[0] ?? hexToBytes('0x'))).toBe(bytesToHex(legacy))
  })
})

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 0x41
  return copy
}
