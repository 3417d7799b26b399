import { readFile, writeFile } from 'node:fs/promises'
import { Interface } from 'ethers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { fileJournal, readSigned } from '../../../src/l1/index.js'
import { unlockKey } from '../../../src/signers/index.js'
import { cli } from '../cli/support.js'
import { METIS, openStageWithOwner, PASSWORD, type Stage } from './support.js'

let stage: Stage
let owner: `0x${string}`
beforeAll(async () => {
  const opened = await openStageWithOwner()
  stage = opened
  owner = opened.owner.address
  expect(await stage.run(['lock', '20000', '--from', 'owner', '--signer', 'signer', '--yes'])).toMatchObject({
    code: 0,
  })
})
afterAll(() => stage?.close())
beforeEach(() => writeFile(stage.journal, ''))

const automine = (on: boolean) => stage.anvil.provider.send('evm_setAutomine', [on])
const mine = () => stage.anvil.provider.send('evm_mine', [])
const stakeOf = async () => (await stage.run(['status', '1'])).json.sequencers[0].amount as string
const topup = (...args: string[]) =>
  stage.run(['topup', '--from', 'owner', '--from-rewards', '--amount', '1', '--yes', ...args])
const recipient = (byte: string, ...args: string[]) =>
  stage.run(['rewards', 'recipient', `0x${byte.repeat(20)}`, '--from', 'owner', '--yes', ...args])
const recipientNow = async () => (await stage.run(['status', '1'])).json.sequencers[0].rewardRecipient as string
const open = async () => (await stage.run(['tx', 'list', '--open'])).json.transactions

/** Resolves when the journal has `count` transactions and the endpoint knows the last of them. */
const sent = (count: number) =>
  expect
    .poll(
      async () => {
        const records = await fileJournal(stage.journal, Date.now).read()
        const known = await stage.anvil.provider.getTransaction(records.at(-1)?.hash ?? `0x${'00'.repeat(32)}`)
        return known === null ? 0 : records.length
      },
      { timeout: 20_000 },
    )
    .toBe(count)

/** Runs while nothing is mined, and mines once the `count`th transaction is on its way. */
async function minedAfter<T>(count: number, running: Promise<T>): Promise<T> {
  await sent(count)
  await automine(true)
  await mine()
  return running
}

/** Sends while nothing is mined, and gives up waiting: the transaction hangs. */
async function stuck(byte: string): Promise<string> {
  await automine(false)
  const late = await recipient(byte, '--timeout', '1')
  expect(late).toMatchObject({ code: 8, json: { error: { code: 'TX_UNCONFIRMED' } } })
  const { hash } = late.json.error.details
  expect(late.json.error.next).toContain(`tx wait ${hash}`)
  return hash
}

/** In one block, the owner loses the right to send before its own transaction: the fee decides the order. */
async function reverting(byte: string): Promise<string> {
  const hash = await stuck(byte)
  const admin = await stage.anvil.wallet(2)
  const whitelist = (yes: boolean) => ({
    to: stage.descriptor.contracts.lockingPool,
    data: new Interface(lockingPoolAbi).encodeFunctionData('setWhitelist', [owner, yes]),
    maxFeePerGas: 10n ** 12n,
    maxPriorityFeePerGas: 10n ** 11n,
    gasLimit: 100_000n,
  })
  await admin.sendTransaction(whitelist(false))
  await automine(true)
  await mine()
  await (await admin.sendTransaction(whitelist(true))).wait()
  return hash
}

/** A transaction that was signed and put into the journal, and never broadcast, as a kill leaves it. */
async function forgotten(byte: string, nonceAhead = 0): Promise<string> {
  const key = (await stage.run(['keys', 'show', 'owner'])).json
  const signer = await unlockKey(key, PASSWORD)
  const nonce = (await stage.nonce(owner)) + nonceAhead
  const data = new Interface(lockingPoolAbi).encodeFunctionData('setSequencerRewardRecipient', [
    1,
    `0x${byte.repeat(20)}`,
  ])
  const raw = await signer.signTransaction({
    chainId: 31337n,
    nonce,
    to: stage.descriptor.contracts.lockingPool,
    value: 0n,
    data: data as `0x${string}`,
    gasLimit: 120_000n,
    maxFeePerGas: 20n * 10n ** 9n,
    maxPriorityFeePerGas: 10n ** 9n,
  })
  const { transaction: _, ...signed } = readSigned(raw, `let 0x${byte} get the rewards`)
  await fileJournal(stage.journal, Date.now).append({ event: 'signed', network: 'devnet', ...signed })
  return signed.hash
}

it('list and show tell what was sent, with the call decoded', async () => {
  expect((await stage.run(['tx', 'list'])).json).toEqual({ transactions: [] })
  expect((await topup()).code).toBe(0)
  const { transactions } = (await stage.run(['tx', 'list'])).json
  expect(transactions).toMatchObject([
    { state: 'mined', network: 'devnet', from: owner, title: 'allow LockingInfo to take exactly 1 METIS' },
    { state: 'mined', network: 'devnet', from: owner, title: /^add 1 METIS to the lock/ },
  ])
  expect(transactions[0].raw).toBeUndefined()
  const shown = await stage.run(['tx', 'show', transactions[1].hash.slice(0, 12)])
  expect(shown.json).toMatchObject({
    call: { chainId: '31337', value: '0' },
    sighting: { state: 'mined', confirmations: 1 },
  })
})

it('a stuck transaction: nothing else is sent, it is shown as pending, and bump pays more', async () => {
  const hash = await stuck('11')
  const refused = await topup()
  expect(refused).toMatchObject({ code: 8, json: { error: { code: 'TX_PENDING', details: { hash } } } })
  expect((await stage.run(['tx', 'show', hash])).json.sighting).toMatchObject({ state: 'pending', block: null })
  expect(await open()).toMatchObject([{ hash, state: 'open' }])
  expect(await stage.run(['tx', 'bump'])).toMatchObject({ code: 4, json: { error: { code: 'NOT_CONFIRMED' } } })
  const bumped = await minedAfter(2, stage.run(['tx', 'bump', '--yes']))
  expect(bumped).toMatchObject({ code: 0, json: { status: 'replaced', replaced: hash } })
  expect(await recipientNow()).toBe(`0x${'11'.repeat(20)}`)
  const { transactions } = (await stage.run(['tx', 'list'])).json
  const paid = (raw: `0x${string}`) => readSigned(raw).transaction.maxPriorityFeePerGas
  const lines = (await readFile(stage.journal, 'utf8')).split('\n').filter((line) => line.includes('"signed"'))
  const [before, after] = lines.map((line) => paid(JSON.parse(line).raw))
  expect(after).toBeGreaterThanOrEqual(((before ?? 0n) * 11n) / 10n)
  expect(transactions).toMatchObject([
    { hash, state: 'replaced', replacedBy: bumped.json.transaction.hash },
    { hash: bumped.json.transaction.hash, state: 'mined', replaces: hash },
  ])
  expect(await stage.run(['tx', 'bump', hash, '--yes'])).toMatchObject({
    code: 3,
    json: { error: { code: 'TX_NOT_OPEN' } },
  })
})

it('of several with one nonce the newest is meant, each pays more than all before, and the first may win', async () => {
  const hash = await stuck('12')
  const again = ['--yes', '--timeout', '1']
  const bumped = await stage.run(['tx', 'bump', ...again])
  const [first, second] = [hash, bumped.json.error.details.hash]
  expect(await stage.run(['tx', 'bump', ...again])).toMatchObject({
    code: 8,
    json: { error: { code: 'TX_UNCONFIRMED' } },
  })
  expect(await open()).toMatchObject([{ hash: first }, { hash: second, replaces: first }, { replaces: second }])
  const records = () => fileJournal(stage.journal, Date.now).read()
  const paid = (await records()).map(({ raw }) => readSigned(raw).transaction.maxPriorityFeePerGas)
  expect(new Set(paid).size).toBe(3)

  // Every pool but one lost the replacements, and that one mines the first before anybody cancels.
  const raw = (await records())[0]?.raw
  await stage.anvil.provider.send('anvil_dropAllTransactions', [])
  const cancelling = stage.run(['tx', 'cancel', first, '--yes'])
  await sent(4)
  await stage.anvil.provider.send('anvil_dropAllTransactions', [])
  await stage.anvil.provider.send('eth_sendRawTransaction', [raw])
  await automine(true)
  await mine()
  expect(await cancelling).toMatchObject({
    code: 7,
    json: { error: { code: 'TX_NOT_CANCELLED', details: { hash: first } } },
  })
  expect((await records()).map(({ state }) => state)).toEqual(['mined', 'replaced', 'replaced', 'replaced'])
})

it('cancel uses the nonce up by a transfer of nothing', async () => {
  const before = await recipientNow()
  const hash = await stuck('22')
  const cancelled = await minedAfter(2, stage.run(['tx', 'cancel', hash.slice(0, 10), '--yes']))
  expect(cancelled).toMatchObject({ code: 0, json: { status: 'replaced', replaced: hash } })
  expect(await recipientNow()).toBe(before)
  expect(await open()).toEqual([])
})

it('wait waits on, for what took the place as well, and says why it reverted', async () => {
  const hash = await stuck('33')
  await automine(true)
  await mine()
  expect(await stage.run(['tx', 'wait'])).toMatchObject({ code: 0, json: { transaction: { hash } } })
  expect(await stage.run(['tx', 'wait', hash, '--confirmations', '1'])).toMatchObject({ code: 0 })

  const late = await reverting('44')
  const why = { code: 'TX_REVERTED', details: { hash: late, revert: 'NotWhitelisted' } }
  expect(await stage.run(['tx', 'wait', late])).toMatchObject({ code: 7, json: { error: why } })
  expect((await stage.run(['tx', 'show', late])).json.sighting).toMatchObject({ state: 'reverted' })
})

it('resume finds how it ended that nobody waited for, and why one reverted: exit 7', async () => {
  const hash = await reverting('44')
  const why = { code: 'TX_REVERTED', details: { hash, revert: 'NotWhitelisted' } }
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 7, json: { error: why } })
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 0, json: { transactions: [] } })
})

it('resume sends again what never arrived, after a question; never one that the chain would refuse', async () => {
  const hash = await forgotten('55')
  expect((await stage.run(['tx', 'show', hash])).json.sighting).toMatchObject({ state: 'unknown' })
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 4, json: { error: { code: 'NOT_CONFIRMED' } } })
  expect(await recipientNow()).not.toBe(`0x${'55'.repeat(20)}`)
  const resumed = await stage.run(['tx', 'resume', '--yes'])
  expect(resumed).toMatchObject({ code: 0, json: { transactions: [{ hash, state: 'mined' }] } })
  expect(await recipientNow()).toBe(`0x${'55'.repeat(20)}`)

  const refused = await forgotten('00')
  const stopped = await stage.run(['tx', 'resume', '--yes'])
  expect(stopped).toMatchObject({
    code: 7,
    json: { error: { code: 'REHEARSAL_REVERTED', details: { revert: 'NullAddress' } } },
  })
  expect(await stage.run(['tx', 'cancel', refused, '--yes'])).toMatchObject({ code: 0 })
  expect(await open()).toEqual([])
})

it('resume sends nothing that would wait in the pool for a nonce before it', async () => {
  const hash = await forgotten('57', 3)
  expect(await stage.run(['tx', 'resume', '--yes'])).toMatchObject({
    code: 3,
    json: { error: { code: 'TX_NONCE_AHEAD', details: { hash } } },
  })
  expect(await stage.anvil.provider.getTransaction(hash)).toBeNull()
})

it('tx send sends nothing that would run out of gas', async () => {
  const before = await stage.nonce(owner)
  const signer = await unlockKey((await stage.run(['keys', 'show', 'owner'])).json, PASSWORD)
  const data = new Interface(lockingPoolAbi).encodeFunctionData('setSequencerRewardRecipient', [1, owner])
  const raw = await signer.signTransaction({
    chainId: 31337n,
    nonce: before,
    to: stage.descriptor.contracts.lockingPool,
    value: 0n,
    data: data as `0x${string}`,
    gasLimit: 30_000n,
    maxFeePerGas: 20n * 10n ** 9n,
    maxPriorityFeePerGas: 10n ** 9n,
  })
  const refused = await cli(['tx', 'send', '-', '--yes', '--json'], { env: stage.settings, input: raw })
  expect(refused.code).toBe(3)
  expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'TX_GAS_TOO_LOW', message: /may take 30000/ })
  expect(await stage.nonce(owner)).toBe(before)
})

it('the next action takes the place of one that was forgotten: only one of them is ever mined', async () => {
  const hash = await forgotten('66')
  const done = await recipient('77')
  expect(done).toMatchObject({ code: 0, stderr: /never arrived/ })
  const [first] = (await stage.run(['tx', 'list'])).json.transactions
  expect(first).toMatchObject({ hash, state: 'replaced' })
})

it('killed while it waits, it goes on with resume; METIS is spent once', async () => {
  const before = BigInt(await stakeOf())
  await automine(false)
  const { child, over } = stage.start(['topup', '--from', 'owner', '--amount', '5', '--yes', '--json'])
  await sent(1)
  const inUse = await stage.run(['tx', 'bump', '--yes'])
  expect(inUse).toMatchObject({ code: 9, json: { error: { code: 'ACCOUNT_IN_USE' } } })
  child.kill('SIGKILL')
  await over
  await automine(true)
  await mine()
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 0, json: { transactions: [{ state: 'mined' }] } })
  expect(BigInt(await stakeOf())).toBe(before) // the approval was mined; the relock is still to do
  const { code } = await stage.run(['topup', '--from', 'owner', '--to', String(before / METIS + 5n), '--yes'])
  expect(code).toBe(0)
  expect(BigInt(await stakeOf())).toBe(before + 5n * METIS)
})

it('a nonce that another wallet used is found out: exit 7', async () => {
  const hash = await stuck('88')
  const signer = await unlockKey((await stage.run(['keys', 'show', 'owner'])).json, PASSWORD)
  const nonce = await stage.nonce(owner)
  const raw = await signer.signTransaction({
    chainId: 31337n,
    nonce,
    to: owner,
    value: 0n,
    data: '0x',
    gasLimit: 21_000n,
    maxFeePerGas: 10n ** 12n,
    maxPriorityFeePerGas: 10n ** 11n,
  })
  await stage.anvil.provider.send('eth_sendRawTransaction', [raw])
  await automine(true)
  await mine()
  expect(await stage.run(['tx', 'wait', hash])).toMatchObject({ code: 7, json: { error: { code: 'TX_REPLACED' } } })
  expect(await open()).toEqual([])
})

it('Ctrl-C ends the waiting and says that it was sent', async () => {
  await automine(false)
  const { child, over } = stage.start([
    'rewards',
    'recipient',
    `0x${'99'.repeat(20)}`,
    '--from',
    'owner',
    '--yes',
    '--json',
  ])
  await sent(1)
  child.kill('SIGINT')
  const { code, stdout } = await over
  expect(code).toBe(130)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'INTERRUPTED', next: /tx wait 0x/ })
  await automine(true)
  await mine()
  expect(await stage.run(['tx', 'wait'])).toMatchObject({ code: 0 })
})

it('what cannot be found, or is of another chain, is refused', async () => {
  expect(await stage.run(['tx', 'wait'])).toMatchObject({ code: 2, json: { error: { code: 'TX_NOT_FOUND' } } })
  for (const wanted of ['0x12', 'lock', `0x${'ab'.repeat(32)}`]) {
    expect(await stage.run(['tx', 'show', wanted])).toMatchObject({
      code: 2,
      json: { error: { code: 'TX_NOT_FOUND' } },
    })
  }
  const first = await forgotten('aa')
  const second = await forgotten('bb', 1)
  expect(await stage.run(['tx', 'cancel', '--yes'])).toMatchObject({
    code: 2,
    json: { error: { code: 'TX_AMBIGUOUS' } },
  })
  const foreign = await stage.run(['tx', 'show', second, '--network', 'sepolia', '--rpc-url', stage.anvil.url])
  expect(foreign).toMatchObject({ code: 6, json: { error: { code: 'WRONG_CHAIN' } } })
  const ahead = { code: 3, json: { error: { code: 'TX_NONCE_AHEAD' } } }
  expect(await stage.run(['tx', 'cancel', second, '--yes'])).toMatchObject(ahead)
  expect(await stage.run(['tx', 'cancel', first, '--from', 'signer', '--yes'])).toMatchObject({
    code: 5,
    json: { error: { code: 'SIGNER_MISMATCH' } },
  })
  await writeFile(stage.journal, '{"version":9}\n')
  for (const args of [['list'], ['resume'], ['wait']]) {
    expect(await stage.run(['tx', ...args])).toMatchObject({ code: 9, json: { error: { code: 'JOURNAL_TOO_NEW' } } })
  }
})
