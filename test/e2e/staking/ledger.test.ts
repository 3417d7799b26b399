import { once } from 'node:events'
import { join } from 'node:path'
import { Contract } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { type EmulatedLedger, startLedger } from '../../support/ledger/index.js'
import { METIS, openStage, type Stage } from './support.js'

const LIVE = "m/44'/60'/2'/0/0"
const LEGACY = "m/44'/60'/0'/3"
const FIRST = "m/44'/60'/0'/0/0"

let stage: Stage
let ledger: EmulatedLedger
let usual: EmulatedLedger['app']['behaviour']
const owners: Record<string, `0x${string}`> = {}
const signers = ['one', 'two', 'next']
beforeAll(async () => {
  stage = await openStage()
  ledger = await startLedger()
  usual = { ...ledger.app.behaviour }
  for (const name of signers) await stage.key(name)
  for (const path of [LIVE, LEGACY]) {
    const owner = ledger.app.address(path)
    owners[path] = owner
    await stage.fund(owner, METIS, 50_000n * METIS)
    const args = ['register', '--from', `ledger:${path}`, '--signer', 'one']
    expect(await run(args)).toMatchObject({ code: 0, json: { whitelisted: true, record: { address: owner } } })
  }
})
afterAll(async () => {
  await ledger?.stop()
  await stage?.close()
})
beforeEach(() => {
  Object.assign(ledger.app.behaviour, usual)
  ledger.app.screens.length = 0
  ledger.received.length = 0
})

const run = (args: readonly string[]) => stage.run(args, { METIS_SEQ_LEDGER: ledger.endpoint })
const lock = (from: string, ...more: string[]) =>
  run(['lock', '20000', '--from', from, '--signer', 'one', '--yes', '--ledger-timeout', '1', ...more])
const signed = () => ledger.received.filter((apdu) => apdu.startsWith('e004'))
const metisOf = (address: string) => {
  const metis = new Contract(stage.descriptor.contracts.metis, erc20Abi, stage.anvil.provider)
  return metis.getFunction('balanceOf')(address) as Promise<bigint>
}

describe('a device that cannot sign now is named, has its way out, and sends nothing', () => {
  const set = (change: Partial<EmulatedLedger['app']['behaviour']>) => () => {
    Object.assign(ledger.app.behaviour, change)
    return []
  }
  it.each<[string, number, () => string[], string?]>([
    ['LEDGER_LOCKED', 5, set({ locked: true })],
    ['LEDGER_APP_CLOSED', 5, set({ app: 'dashboard' })],
    ['LEDGER_WRONG_APP', 5, set({ app: { name: 'Bitcoin', version: '2.2.1' } })],
    ['LEDGER_APP_OLD', 5, set({ app: { name: 'Ethereum', version: '1.8.8' } })],
    ['LEDGER_BLIND_SIGNING_OFF', 5, set({ blindSigning: false })],
    ['LEDGER_REJECTED', 5, set({ person: 'rejects' })],
    ['LEDGER_TIMEOUT', 5, set({ person: 'looks away' })],
    ['LEDGER_TIMEOUT', 5, set({ frozen: true })],
    ['LEDGER_DISCONNECTED', 5, set({ unplugAfter: 0 })],
    ['SIGNER_MISMATCH', 5, set({ signsWith: FIRST })],
    ['LEDGER_ABSENT', 5, () => ['--ledger', 'speculos://127.0.0.1:1']],
    ['LEDGER_ENDPOINT_INVALID', 2, () => ['--ledger', 'bluetooth']],
    ['LEDGER_PATH_INVALID', 2, () => [], 'ledger:m/44/x'],
    ['VALUE_INVALID', 2, () => [], 'ledger:0x77'],
    ['LEDGER_ACCOUNT_NOT_FOUND', 5, () => [], `ledger:0x${'77'.repeat(20)}`],
    ['LEDGER_ACCOUNT_NOT_FOUND', 5, () => [], 'ledger'],
  ])('%s: exit %i', async (code, exit, prepare, from = `ledger:${LIVE}`) => {
    const outcome = await lock(from, ...prepare())
    expect(outcome.json.error).toMatchObject({ code, exit })
    expect(outcome.json.error.next).toBeTruthy()
    expect(outcome.code).toBe(exit)
    expect(await stage.nonce(owners[LIVE] ?? '')).toBe(0)
  })
})

describe('Ctrl-C while the device waits', () => {
  it('ends with 130, sends nothing, and leaves the account free', async () => {
    ledger.app.behaviour.person = 'looks away'
    const args = ['lock', '20000', '--from', `ledger:${LIVE}`, '--signer', 'one', '--yes', '--json']
    const { child, over } = stage.start(args, { METIS_SEQ_LEDGER: ledger.endpoint })
    while (signed().length === 0) await once(ledger.events, 'apdu')
    const gone = once(ledger.events, 'closed')
    child.kill('SIGINT')
    const { code, stdout } = await over
    expect(code).toBe(130)
    await gone
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'INTERRUPTED', exit: 130 })
    expect(await stage.nonce(owners[LIVE] ?? '')).toBe(0)
  })
})

describe('a lock', () => {
  it('cut off in the middle of its second signature is gone on with, and spends the METIS once', async () => {
    const owner = owners[LIVE] ?? ''
    // The approval takes one APDU, the lock two: the cable goes between those.
    ledger.app.behaviour.unplugAfter = 2
    const cut = await lock(`ledger:${LIVE}`)
    expect(cut.json.error).toMatchObject({ code: 'LEDGER_DISCONNECTED' })
    expect(signed().map((apdu) => apdu.slice(0, 6))).toEqual(['e00400', 'e00400', 'e00480'])
    expect(await stage.nonce(owner)).toBe(1)
    expect(await metisOf(owner)).toBe(50_000n * METIS)

    const again = await lock(`ledger:${owner}`)
    expect(again.json).toMatchObject({ status: 'done', sequencer: { owner, amount: (20_000n * METIS).toString() } })
    expect(again.json.transactions.map(({ kind }: { kind: string }) => kind)).toEqual(['lock'])
    expect(await metisOf(owner)).toBe(30_000n * METIS)
    expect(await stage.nonce(owner)).toBe(2)
  })

  it('shows on the device what was said before, and has the effect of a lock with a key', async () => {
    const owner = owners[LEGACY] ?? ''
    const pubkey = `0x${ledger.app.wallet(FIRST).signingKey.publicKey.slice(4)}`
    const args = ['lock', '30000', '--from', `ledger:${LEGACY}`, '--signer-pubkey', pubkey, '--yes']
    const { code, json, stderr } = await run(args)
    expect({ code, status: json.status }).toEqual({ code: 0, status: 'done' })
    expect(json.sequencer).toMatchObject({ owner, amount: (30_000n * METIS).toString(), status: 'active' })
    expect(ledger.app.screens.length).toBe(2)
    for (const { to = '', maxFees = '', hash = '', chain, amount } of ledger.app.screens) {
      expect({ chain, amount }).toEqual({ chain: '31337', amount: '0.0' })
      expect(stderr).toContain(`to         ${to}\n`)
      expect(stderr).toContain(`max fees   ${maxFees} ETH\n`)
      expect(stderr).toContain(`hash       ${hash}\n`)
    }
    expect(stderr).toMatch(/It warns of blind signing first: .* approve\(.*amount 30000 METIS\)/)
    expect(stderr).toMatch(/It warns of blind signing first: .* lockFor\(.*amount 30000 METIS/)

    await stage.fund((await stage.key('owner')).address, METIS, 50_000n * METIS)
    expect(await run(['register', '--from', 'owner', '--signer', 'two'])).toMatchObject({ code: 0 })
    const byKey = await run(['lock', '30000', '--from', 'owner', '--signer', 'two', '--yes'])
    const theirs = { id: '', owner: '', signer: '', pubkey: '' }
    expect({ ...json.sequencer, ...theirs }).toEqual({ ...byKey.json.sequencer, ...theirs })
    const kinds = ({ transactions }: { transactions: { kind: string }[] }) => transactions.map(({ kind }) => kind)
    expect(kinds(json)).toEqual(kinds(byKey.json))
  })
})

describe('--from ledger', () => {
  it('finds the owner by the chain on both schemes, and the signer for `signer update`', async () => {
    const both = await run(['topup', '--amount', '1', '--from', 'ledger', '--dry-run'])
    expect(both.json.error).toMatchObject({ code: 'LEDGER_ACCOUNT_AMBIGUOUS', exit: 5 })
    for (const [id, path] of [
      ['1', LIVE],
      ['2', LEGACY],
    ]) {
      const found = await run(['topup', '--amount', '1', '--from', 'ledger', '--id', id ?? '', '--dry-run'])
      expect(found.json).toMatchObject({ status: 'dry-run', plan: { from: owners[path ?? ''] } })
    }
    const signer = await run(['signer', 'update', '--from', 'ledger', '--signer', 'next', '--dry-run'])
    const failed = signer.json.error.details.failed.map((check: { code: string }) => check.code)
    expect(failed).toContain('SIGNER_THROTTLE') // so it looked at the right account,
    expect(failed).not.toContain('NOT_SIGNER') // which is that of the signer
    expect(signed()).toEqual([])
  })

  it('needs no device for an export of a known address, and only the address otherwise', async () => {
    const exported = (from: string, ...more: string[]) =>
      run(['topup', '--amount', '1', '--export', 'calldata', '--id', '1', '--from', from, ...more])
    const owner = owners[LIVE] ?? ''
    expect((await exported(`ledger:${owner}`, '--ledger', 'speculos://127.0.0.1:1')).json.status).toBe('exported')
    expect(ledger.received).toEqual([])
    ledger.app.behaviour.blindSigning = false
    expect((await exported('ledger')).json).toMatchObject({ status: 'exported', plan: { from: owner } })
    expect(signed()).toEqual([])
  })
})

describe('keys ledger', () => {
  const keys = (...args: string[]) => run(['keys', 'ledger', ...args])

  it('list shows both schemes, and with a network whose sequencers they are', async () => {
    const { code, json } = await keys('list', '--count', '4', '--network', 'devnet')
    expect(code).toBe(0)
    const rows = json.accounts as { path: string; address: string; sequencer: unknown }[]
    expect(rows.map(({ path, address }) => [path, address])).toEqual(
      rows.map(({ path }) => [path, ledger.app.address(path)]),
    )
    expect(rows.filter(({ sequencer }) => sequencer !== null)).toMatchObject([
      { path: FIRST, scheme: 'live', index: 0, sequencer: { id: '2', role: 'signer' } },
      { path: LIVE, scheme: 'live', index: 2, sequencer: { id: '1', role: 'owner' } },
      { path: LEGACY, scheme: 'legacy', index: 3, sequencer: { id: '2', role: 'owner' } },
    ])
    expect((await keys('list', '--count', '1')).json).toMatchObject({
      network: null,
      accounts: [{ sequencer: null }, {}],
    })
  })

  it('list says so where there is no device', async () => {
    const absent = await keys('list', '--ledger', 'speculos://127.0.0.1:1')
    expect(absent).toMatchObject({ code: 5, json: { error: { code: 'LEDGER_ABSENT', next: /Speculos/ } } })
  })

  it('verify shows the address on the device, and fails when it is rejected there', async () => {
    const address = ledger.app.address(FIRST)
    const { code, json, stderr } = await keys('verify', address)
    expect({ code, json }).toEqual({ code: 0, json: { path: FIRST, address } })
    const [screen] = ledger.app.screens
    expect(screen?.address?.toLowerCase()).toBe(address)
    expect(stderr).toContain(screen?.address)
    ledger.app.behaviour.person = 'rejects'
    expect((await keys('verify', LEGACY)).json.error).toMatchObject({ code: 'LEDGER_REJECTED', exit: 5 })
  })

  it('doctor finds nothing wrong with one that is ready; exit 10 with what to mend otherwise', async () => {
    const { code, json } = await keys('doctor')
    expect({ code, ok: json.ok }).toEqual({ code: 0, ok: true })
    expect(json.checks.map(({ name }: { name: string }) => name)).toEqual([
      ...['device', 'answers', 'unlocked', 'Ethereum app', 'app version', 'blind signing'],
    ])
    ledger.app.behaviour.blindSigning = false
    const off = await keys('doctor')
    expect({ code: off.code, ok: off.json.ok }).toEqual({ code: 10, ok: false })
    expect(off.json.checks.at(-1)).toMatchObject({ name: 'blind signing', ok: false })
    expect(off.json.checks.at(-1).mend).toContain('Settings')
  })
})

describe('the journal and a Ledger', () => {
  it('signs what was exported, on the scheme that has the account; tx send sends it', async () => {
    const recipient = `0x${'44'.repeat(20)}`
    const out = (name: string) => ['--out', join(stage.dataDir, name)]
    const wish = ['rewards', 'recipient', recipient, '--from', owners[LEGACY] ?? '']
    expect(await run([...wish, '--export', 'unsigned', ...out('unsigned.json')])).toMatchObject({ code: 0 })
    const sign = ['tx', 'sign', join(stage.dataDir, 'unsigned.json'), '--yes', '--from']
    expect(await run([...sign, `ledger:${LIVE}`])).toMatchObject({
      code: 5,
      json: { error: { code: 'SIGNER_MISMATCH' } },
    })
    expect(await run([...sign, 'ledger', ...out('signed.json')])).toMatchObject({ code: 0 })
    expect(await run(['tx', 'send', join(stage.dataDir, 'signed.json'), '--yes'])).toMatchObject({ code: 0 })
    expect((await run(['status', '2'])).json.sequencers[0].rewardRecipient).toBe(recipient)
  })
})
