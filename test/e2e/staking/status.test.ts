import { Contract, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { startRpcProxy } from '../../support/rpcProxy.js'
import { cli } from '../cli/support.js'
import { METIS, openStage, type Stage } from './support.js'

const DAY = 86_400
/** Between two reward batches; a search takes no question below 250 blocks, and anvil 10 ms a block. */
const BLOCKS = 300
let stage: Stage
let owner: string
let signer: string
beforeAll(async () => {
  stage = await openStage()
  for (const [from, amount, of] of [
    ['owner', '20000', 'signer'],
    ['big', '60000', 'second'],
  ] as const) {
    const { address } = await stage.key(from)
    await stage.key(of)
    await stage.fund(address, METIS, 100_000n * METIS)
    expect(await stage.run(['register', '--from', from, '--signer', of])).toMatchObject({ code: 0 })
    expect(await stage.run(['lock', amount, '--from', from, '--signer', of, '--yes'])).toMatchObject({ code: 0 })
  }
  owner = (await stage.run(['keys', 'show', 'owner'])).json.address
  signer = (await stage.run(['keys', 'show', 'signer'])).json.address
})
afterAll(() => stage?.close())

const rpc = (method: string, ...params: unknown[]) => stage.anvil.provider.send(method, params)
/** Mines blocks that lie 12 seconds apart. */
const mine = (blocks: number) => rpc('anvil_mine', `0x${blocks.toString(16)}`, '0xc')
/** ethers waits for a block after that of the transaction where anvil was quicker than it; there is none. */
const mined = (hash: string) =>
  vi.waitFor(async () => expect(await rpc('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' }), {
    interval: 20,
    timeout: 10_000,
  })
const pause = async (seconds: number) => {
  await rpc('evm_increaseTime', seconds)
  await mine(1)
}
const shown = async (...args: string[]) => (await stage.run(['status', '1', ...args])).json
const next = async () => (await shown('--no-rate')).detail.next.map(({ code }: { code: string }) => code)

/** An access key that the endpoint repeats in what it says; nobody may see it. */
const ENDPOINT_KEY = 'f00dfeedf00dfeedf00dfeedf00dfeed'

/** An endpoint that takes questions for logs over at most `most` blocks, as public ones do; `taken` has each question. */
async function startLogLimit(most: number) {
  const taken: boolean[] = []
  const proxy = await startRpcProxy(stage.anvil.url, (method, [filter]) => {
    if (method !== 'eth_getLogs') return undefined
    const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string }
    const blocks = Number(toBlock) - Number(fromBlock) + 1
    taken.push(blocks <= most)
    const message = `range ${blocks} exceeds limit of ${most} for ${ENDPOINT_KEY}`
    return blocks <= most ? undefined : { code: -32602, message }
  })
  return { ...proxy, taken }
}

let batch = 1n
/** The group pays for one reward batch: `blocks` to the signer of sequencer 1, and 100 to the other. */
async function reward(blocks: bigint): Promise<void> {
  const pool = new Contract(stage.descriptor.contracts.lockingPool, lockingPoolAbi, await stage.anvil.wallet(1))
  const start = (batch - 1n) * 2n + 1n
  batch += 1n
  const second = (await stage.run(['keys', 'show', 'second'])).json.address
  const call = pool.getFunction('batchSubmitRewards')
  const { hash } = await call(batch, start, start + 1n, [signer, second], [blocks, 100n])
  await mined(hash)
}

describe('before the first reward batch', () => {
  it('lists all with shares of the set and a sum', async () => {
    const { json } = await stage.run(['status'])
    expect(json).toMatchObject({
      totals: { sequencers: 2, active: 2, activeStake: (80_000n * METIS).toString(), reward: '0' },
      sequencers: [{ shareOfSet: '25.00' }, { shareOfSet: '75.00', share: '75.00' }],
      detail: null,
    })
    const { stdout } = await cli(['status'], { env: stage.settings })
    expect(stdout).toMatch(/ID +STATUS +STAKE METIS +SET % +SHARE %/)
    expect(stdout).toContain('In all: 2 of 2 active with 80000 METIS, 0 METIS of rewards unclaimed\n')
  })

  it('shows one with what is to be done first, found by its key as well', async () => {
    const one = await shown()
    expect(one.detail).toMatchObject({
      outlook: {
        expectedTurns: '25.00',
        free: '0',
        bridgeFee: '0',
        signerBurnt: false,
        signerChange: { fromBatch: '2', possible: false },
        withdraw: { fromBatch: '2', possible: false },
        exitDelay: '1814400',
        claimFrom: null,
      },
      owner: { whitelisted: true, allowanceInfo: '0', allowancePool: '0' },
      turns: null,
      rate: { percent: null, reason: expect.stringContaining('no reward batch was found'), gap: null },
      next: [{ code: 'SET_RECIPIENT', command: ['rewards', 'recipient', 'ADDRESS', '--from', owner] }],
    })
    for (const from of ['owner', 'signer', owner]) {
      const { json } = await stage.run(['status', '--from', from, '--no-rate'])
      expect(json).toMatchObject({ sequencers: [{ id: '1' }], detail: { rate: null } })
    }
  })

  it.each<[string, number, string[]]>([
    ['SEQUENCER_AMBIGUOUS', 2, ['status', '1', '--from', 'owner']],
    ['SEQUENCER_NOT_FOUND', 2, ['status', '3']],
    ['SEQUENCER_NOT_FOUND', 2, ['status', `0x${'99'.repeat(20)}`]],
    ['VALUE_INVALID', 2, ['status', 'one']],
    ['KEY_NOT_FOUND', 5, ['status', '--from', 'nobody']],
    ['SEQUENCER_NOT_NAMED', 2, ['rewards', 'show']],
    ['SEQUENCER_NOT_FOUND', 2, ['rewards', 'show', '9']],
  ])('%s: exit %i', async (code, exit, args) => {
    expect(await stage.run(args)).toMatchObject({ code: exit, json: { error: { code } } })
  })
})

describe('with reward batches', () => {
  beforeAll(async () => {
    expect(await stage.run(['rewards', 'recipient', `0x${'77'.repeat(20)}`, '--from', 'owner', '--yes'])).toMatchObject(
      {
        code: 0,
      },
    )
    await reward(1_000_000n) // earned before the time that is measured
    for (const blocks of [100n, 300n]) {
      await mine(BLOCKS)
      await pause(5 * DAY - BLOCKS * 12)
      await reward(blocks)
    }
  })

  it('measures the rate by what was paid in which time', async () => {
    const { rate } = (await shown()).detail
    const span = BigInt(rate.to) - BigInt(rate.from)
    const paid = 600n * 761_000_000_000_000n // 100 and 300 blocks of ours, 100 of the other in each
    expect(rate).toMatchObject({ batches: 2, paid: paid.toString(), reason: null, gap: null })
    expect(Number(span) / DAY).toBeCloseTo(10, 2)
    const points = (paid * 31_536_000n * 10_000n) / (span * 80_000n * METIS)
    expect(rate.percent).toBe(`0.${points.toString().padStart(2, '0')}`)
  })

  it('measures the same through an endpoint that refuses long ranges', async () => {
    const { rate } = (await shown()).detail
    const proxy = await startLogLimit(BLOCKS + 50)
    try {
      expect((await shown('--rpc-url', proxy.url)).detail.rate).toEqual(rate)
      expect(proxy.taken).toEqual([false, true, true])
    } finally {
      await proxy.stop()
    }
  })

  it('says so where the endpoint gives no logs, and shows the rest', async () => {
    const proxy = await startLogLimit(10)
    try {
      const { code, json, stdout } = await stage.run(['rewards', 'show', '1', '--rpc-url', proxy.url])
      expect(stdout).not.toContain(ENDPOINT_KEY)
      expect(code).toBe(0)
      expect(json).toMatchObject({
        sequencer: { id: '1' },
        rate: { percent: null, gap: expect.stringMatching(/newest 0 L1 blocks.*exceeds limit of 10/) },
        batches: [],
      })
      expect(proxy.taken.length).toBeLessThan(10)
    } finally {
      await proxy.stop()
    }
  })

  it('shows the rewards of each batch, and what claiming them costs', async () => {
    const { json } = await stage.run(['rewards', 'show', '--from', 'signer'])
    const reward = 1_000_400n * 761_000_000_000_000n
    expect(json).toMatchObject({ network: 'devnet', sequencer: { id: '1', reward: reward.toString() } })
    expect(BigInt(json.bridgeFee)).toBeGreaterThan(0n)
    const own = json.batches.map(({ id, own }: { id: string; own: { blocks: string } }) => [id, own.blocks])
    expect(own).toEqual([
      ['2', '1000000'],
      ['3', '100'],
      ['4', '300'],
    ])
    const { stdout } = await cli(['rewards', 'show', '1'], { env: stage.settings })
    expect(stdout).toMatch(/^Unclaimed: 761\.3044 METIS, for 0x7{40} on L2\nBridge: {4}0\.\d+ ETH /)
    expect(stdout).toMatch(/\n4 .* 5-6 .* 300 +0\.2283$/m)
  })

  it('the fee is what claiming then pays', async () => {
    const { bridgeFee } = (await shown('--no-rate')).detail.outlook
    const { json } = await stage.run(['rewards', 'claim', '--from', 'owner', '--dry-run'])
    expect(json.plan.bridgeFee).toBe(bridgeFee)
  })
})

describe('what to do next', () => {
  it('goes from rewards that are worth it over allowances that are left to leaving', { timeout: 60_000 }, async () => {
    expect(await next()).toEqual(['RELOCK_REWARDS'])
    expect(await stage.run(['topup', '--from-rewards', '--from', 'owner', '--yes'])).toMatchObject({ code: 0 })
    expect(await next()).toEqual([])

    const { metis, lockingPool, lockingInfo } = stage.descriptor.contracts
    await rpc('anvil_impersonateAccount', owner)
    const send = async (to: string, data: string) => mined(await rpc('eth_sendTransaction', { from: owner, to, data }))
    const token = new Contract(metis, erc20Abi, Wallet.createRandom()).interface
    for (const spender of [lockingPool, lockingInfo]) {
      await send(metis, token.encodeFunctionData('approve', [spender, 5n * METIS]))
    }
    const { detail } = await shown('--no-rate')
    const allowance = (5n * METIS).toString()
    expect(detail.owner).toMatchObject({ allowanceInfo: allowance, allowancePool: allowance })
    for (const { code, call } of detail.next) {
      expect(code).toBe('CLEAR_ALLOWANCE')
      await send(call.to, call.data)
    }
    expect(await next()).toEqual([])

    expect(await stage.run(['unlock', '--from', 'owner', '--yes'])).toMatchObject({ code: 0 })
    const leaving = await shown('--no-rate')
    expect(leaving.detail).toMatchObject({
      outlook: { shareOfSet: '0.00', withdraw: null, claimIn: expect.stringMatching(/^18143\d\d$|^1814400$/) },
      next: [{ code: 'WAIT_EXIT_DELAY', reason: expect.stringMatching(/in (20 days 23 h|21 days)\.$/) }],
    })
    await pause(1_814_400)
    const ready = await cli(['status', '1', '--no-rate'], { env: stage.settings })
    expect(ready.stdout).toContain(`claimed now.\n            metis-seq claim --from ${owner}\n`)
    expect(await stage.run(['claim', '--from', 'owner', '--yes'])).toMatchObject({ code: 0 })
    expect((await shown('--no-rate')).detail).toMatchObject({ outlook: { signerBurnt: true }, next: [] })
    expect(await stage.run(['status', signer])).toMatchObject({ code: 2, json: { error: { code: 'SIGNER_BURNT' } } })
  })
})
