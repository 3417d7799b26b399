import { Contract } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { METIS, openStage, type Stage } from './support.js'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  for (const name of ['owner', 'heir']) {
    const { address } = await stage.key(name)
    await stage.fund(address, METIS, 30_000n * METIS)
  }
  for (const name of ['signer', 'next']) await stage.fund((await stage.key(name)).address, METIS, 0n)
  for (const [from, signer] of [
    ['owner', 'signer'],
    ['heir', 'next'],
  ]) {
    expect(await stage.run(['register', '--from', from ?? '', '--signer', signer ?? ''])).toMatchObject({ code: 0 })
  }
})
afterAll(() => stage?.close())

let batch = 1n
/** The group pays for one reward batch, which also ends the throttles. */
async function reward(signer: string, blocks: bigint): Promise<void> {
  const pool = new Contract(stage.descriptor.contracts.lockingPool, lockingPoolAbi, await stage.anvil.wallet(1))
  const start = (batch - 1n) * 2n + 1n
  batch += 1n
  const call = pool.getFunction('batchSubmitRewards')
  await (await call(batch, start, start + 1n, [signer], [blocks])).wait()
}

const own = (...args: string[]) => stage.run([...args, '--from', 'owner', '--yes'])
const code = async (run: ReturnType<typeof own>) => {
  const { json, code } = await run
  return `${code} ${json.error?.code ?? json.status}`
}
const recipient = `0x${'77'.repeat(20)}`

it('the life of a sequencer, each step refused first where the contract would', { timeout: 180_000 }, async () => {
  const address = async (name: string) => (await stage.run(['keys', 'show', name])).json.address as string
  expect(await code(own('topup', '--to', '25000'))).toBe('3 SEQUENCER_NOT_FOUND')
  expect(await code(own('lock', '20000', '--signer', 'signer', '--dry-run'))).toBe('0 dry-run')
  expect(await stage.nonce(await address('owner'))).toBe(0)
  expect(await code(own('lock', '20000', '--signer', 'signer'))).toBe('0 done')

  const raised = await own('topup', '--to', '25000.5')
  expect(raised.json).toMatchObject({
    status: 'done',
    sequencer: { amount: (25_000n * METIS + METIS / 2n).toString() },
  })
  expect(raised.json.rehearsal).toMatchObject({
    method: 'eth_simulateV1',
    steps: [{ kind: 'approve' }, { kind: 'relock' }],
  })
  const again = await own('topup', '--to', '25000.5')
  expect(again).toMatchObject({ code: 0, json: { status: 'nothing-due', transactions: [] } })
  expect(await code(own('topup', '--amount', '80000'))).toBe('3 TOPUP_ABOVE_MAXIMUM')
  expect(await code(own('topup'))).toBe('2 USAGE')

  expect(await code(own('withdraw', '1000'))).toBe('3 WITHDRAW_THROTTLE')
  await reward(await address('signer'), 1000n)
  expect(await code(own('withdraw', '6000'))).toBe('3 WITHDRAW_BELOW_MINIMUM')
  expect(await code(own('withdraw', '1000'))).toBe('0 done')

  expect(await code(own('rewards', 'claim'))).toBe('3 NO_REWARD_RECIPIENT')
  expect(await code(own('rewards', 'recipient', recipient))).toBe('0 done')
  expect((await own('rewards', 'claim')).json).toMatchObject({ status: 'done', sequencer: { reward: '0' } })
  expect(await code(own('rewards', 'claim'))).toBe('3 REWARD_NOTHING')

  const update = ['signer', 'update', '--signer', 'next', '--yes', '--from']
  expect(await code(stage.run([...update, 'signer']))).toBe('3 SIGNER_THROTTLE')
  await reward(await address('signer'), 1000n)
  expect(await code(stage.run([...update, 'owner']))).toBe('3 NOT_SIGNER')
  expect(await code(stage.run([...update, 'signer']))).toBe('0 done')
  expect(await code(own('topup', '--from-rewards'))).toBe('0 done')

  const nobody = `0x${'55'.repeat(20)}`
  expect(await code(own('owner', 'transfer', nobody))).toBe('3 NEW_OWNER_NOT_WHITELISTED')
  expect(await code(own('owner', 'transfer', await address('heir')))).toBe('0 done')
  expect(await code(own('unlock', '--id', '1'))).toBe('3 NOT_OWNER')

  await reward(await address('next'), 1000n)
  const heir = (...args: string[]) => stage.run([...args, '--from', 'heir', '--yes'])
  expect(await code(heir('claim'))).toBe('3 NOT_LEAVING')
  expect((await heir('unlock')).json).toMatchObject({ status: 'done', sequencer: { status: 'inactive', reward: '0' } })
  await stage.anvil.provider.send('evm_increaseTime', [3600])
  await stage.anvil.provider.send('evm_mine', [])
  const early = await heir('claim')
  expect(early.json.error).toMatchObject({
    code: 'EXIT_DELAY',
    exit: 3,
    message: expect.stringContaining('in 20 days'),
  })
  await stage.anvil.provider.send('evm_increaseTime', [1_814_400])
  await stage.anvil.provider.send('evm_mine', [])
  expect(await code(heir('claim', '--id', '1'))).toBe('0 done')
  expect(await code(heir('claim', '--id', '1'))).toMatch(/^3 NOT_/)
})

it('an account of two roles, and one that had one', async () => {
  const names = ['both', 'first', 'second', 'third'] as const
  for (const name of names) await stage.fund((await stage.key(name)).address, METIS, 25_000n * METIS)
  // "both" signs for the sequencer of "first" and owns another one.
  for (const [owner, signer] of [
    ['first', 'both'],
    ['both', 'second'],
  ] as const) {
    expect(await code(stage.run(['register', '--from', owner, '--signer', signer]))).toBe('0 undefined')
    expect(await code(stage.run(['lock', '20000', '--from', owner, '--signer', signer, '--yes']))).toBe('0 done')
  }
  await stage.key('unused')
  const update = (from: string, signer: string) =>
    stage.run(['signer', 'update', '--from', from, '--signer', signer, '--yes'])
  await reward((await stage.run(['keys', 'show', 'both'])).json.address, 1n)
  expect(await code(update('both', 'third'))).toBe('0 done')
  expect(await code(stage.run(['topup', '--amount', '1', '--from', 'both', '--yes']))).toBe('0 done')
  expect(await code(stage.run(['withdraw', '1', '--from', 'third', '--yes']))).toBe('3 NOT_OWNER')
  await reward((await stage.run(['keys', 'show', 'third'])).json.address, 1n)
  expect(await code(update('third', 'unused'))).toBe('0 done')
  const retired = await update('third', 'first')
  expect(retired).toMatchObject({
    code: 3,
    json: { error: { code: 'SEQUENCER_NOT_FOUND', message: /it was a signer/ } },
  })
})

it('an account with a pending transaction sends nothing more', async () => {
  const wallet = await stage.anvil.wallet(4)
  const { provider } = stage.anvil
  const key = await stage.key('busy')
  await stage.fund(key.address, METIS, 0n)
  await provider.send('evm_setAutomine', [false])
  await provider.send('anvil_impersonateAccount', [key.address])
  await provider.send('eth_sendTransaction', [{ from: key.address, to: wallet.address, value: '0x1' }])
  const outcome = await stage.run(['unlock', '--id', '1', '--from', 'busy', '--yes'])
  await provider.send('evm_setAutomine', [true])
  expect(outcome.json.error).toMatchObject({ code: 'TX_PENDING', exit: 8 })
})
