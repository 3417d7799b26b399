import { afterEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../../src/core/codec/index.js'
import { osakaTimeOf, transactionGasLimit } from '../../../src/core/genesis/hardforks.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { addressOf, CHAIN_ID, next, openRig, type Rig, sign, testGenesis, wallet } from './support.js'

/** Stores CLZ(1), which Osaka has (EIP-7939): PUSH1 1, CLZ, PUSH0, SSTORE. */
const ZEROS: Address = `0x${'71'.repeat(20)}`
const SLOT: Hash = `0x${'00'.repeat(32)}`
/** Stores 7 in slot 0: PUSH1 7, PUSH0, SSTORE. */
const SEVEN: Address = `0x${'72'.repeat(20)}`
const TOO_MUCH = 2 ** 24 + 1

const rigs: Rig[] = []
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.remove()
})

async function open(genesis: Genesis['l2']): Promise<Rig> {
  const rig = await openRig(genesis)
  rigs.push(rig)
  return rig
}

const makeGenesis = async (l2: Partial<Genesis['l2']> = {}): Promise<Genesis['l2']> => ({
  ...(await testGenesis({
    [ZEROS]: { balance: '0', code: '0x60011e5f5500' },
    [SEVEN]: { balance: '0', code: '0x60075f5500' },
  })),
  ...l2,
})

/** Status of a call of `ZEROS`, and what becomes of a transaction that asks for more gas than Osaka lets it. */
async function tried({ engine }: Rig) {
  const nonce = await engine.nonce(addressOf(wallet(0)), engine.head().hash)
  const raws = [
    await sign(wallet(0), nonce, { to: ZEROS, gasLimit: 100_000 }),
    await sign(wallet(0), nonce + 1, { to: SEVEN, gasLimit: TOO_MUCH }),
  ]
  const { block, rejected } = await engine.execute(raws, next(engine))
  const [receipt] = (await engine.receipts(block.hash)) ?? []
  const value = await engine.storageAt(ZEROS, SLOT, block.hash)
  return { block, status: receipt?.status, value: BigInt(value), rejected }
}

describe('Osaka', () => {
  it('applies from the time that the genesis names, to whoever executes', async () => {
    const genesis = await makeGenesis({ osakaTime: 1_700_000_002 })
    const [builder, importer] = [await open(genesis), await open(genesis)]
    const before = await tried(builder)
    expect(before).toMatchObject({ status: 0, value: 0n, rejected: [] })
    const after = await tried(builder)
    expect(after).toMatchObject({ status: 1, value: 255n })
    expect(after.rejected).toEqual([expect.objectContaining({ stale: true, reason: expect.stringMatching(/gas/i) })])
    expect(await importer.engine.import(before.block.encoded)).toEqual(before.block)
    expect(await importer.engine.import(after.block.encoded)).toEqual(after.block)
    expect((await builder.engine.call({ to: ZEROS }, before.block.hash)).success).toBe(false)
    expect((await builder.engine.call({ to: ZEROS }, after.block.hash)).success).toBe(true)
  })

  it('applies from block 1 where the time is 0, and never where there is none', async () => {
    expect(await tried(await open(await makeGenesis({ osakaTime: 0 })))).toMatchObject({ status: 1 })
    expect(await tried(await open(await makeGenesis()))).toMatchObject({ status: 0, rejected: [] })
  })

  it('leaves block 0 what it is, and makes of another rule another chain', async () => {
    const [genesis, other] = [await makeGenesis({ osakaTime: 0 }), await makeGenesis()]
    expect(genesis.hash).toBe(other.hash)
    const { block } = await tried(await open(genesis))
    const { engine } = await open(other)
    await expect(engine.import(block.encoded)).rejects.toMatchObject({ code: 'BLOCK_INVALID' })
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 60, '1' as unknown as number])('refuses %s as its time', async (osakaTime) => {
    await expect(openRig(await makeGenesis({ osakaTime }))).rejects.toMatchObject({ code: 'GENESIS_INVALID', exit: 9 })
  })

  it('bounds the gas of a transaction (EIP-7825)', () => {
    expect(osakaTimeOf({ osakaTime: 7 })).toBe(7)
    expect(transactionGasLimit({ gasLimit: 30_000_000 }, 9)).toBe(30_000_000n)
    expect(transactionGasLimit({ gasLimit: 30_000_000, osakaTime: 9 }, 8)).toBe(30_000_000n)
    expect(transactionGasLimit({ gasLimit: 30_000_000, osakaTime: 9 }, 9)).toBe(16_777_216n)
    expect(transactionGasLimit({ gasLimit: 10_000_000, osakaTime: 9 }, 9)).toBe(10_000_000n)
  })
})

describe('a transaction that sets code (EIP-7702)', () => {
  it('makes an account run the code of another, here and where the block is imported', async () => {
    const genesis = await makeGenesis()
    const [{ engine }, importer] = [await open(genesis), await open(genesis)]
    const [sender, authority] = [addressOf(wallet(0)), addressOf(wallet(1))]
    const authorization = wallet(1).authorizeSync({ address: SEVEN, chainId: CHAIN_ID, nonce: 0 })
    const request = { type: 4, to: authority, gasLimit: 200_000, authorizationList: [authorization] }
    const raw = await sign(wallet(0), 0, request)
    const { block, rejected } = await engine.execute([raw], next(engine))
    expect(rejected).toEqual([])
    expect(await engine.code(authority, block.hash)).toBe(`0xef0100${SEVEN.slice(2)}`)
    expect(await engine.nonce(authority, block.hash)).toBe(1)
    expect(BigInt(await engine.storageAt(authority, SLOT, block.hash))).toBe(7n)
    expect(await engine.receipts(block.hash)).toMatchObject([{ type: 4, status: 1, from: sender, to: authority }])
    expect(await importer.engine.import(block.encoded)).toEqual(block)
    expect(engine.decodeTransaction(raw)).toMatchObject({
      type: 4,
      from: sender,
      to: authority,
      authorizationList: [
        {
          chainId: BigInt(CHAIN_ID),
          address: SEVEN,
          nonce: 0n,
          yParity: authorization.signature.yParity,
          r: authorization.signature.r,
          s: authorization.signature.s,
        },
      ],
    })
    expect(bytesToHex(engine.decodeTransaction(raw).raw)).toBe(bytesToHex(raw))
  })
})
