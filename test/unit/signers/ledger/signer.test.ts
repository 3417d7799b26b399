import { Socket } from 'node:net'
import { Transaction, verifyMessage } from 'ethers'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MetisSeqError } from '../../../../src/core/errors/index.js'
import type { UnsignedTransaction } from '../../../../src/core/ports/signer.js'
import { deviceOf, readLedgerState } from '../../../../src/signers/ledger/device.js'
import {
  type LedgerOptions,
  type LedgerScreen,
  ledgerDoctor,
  ledgerSigner,
} from '../../../../src/signers/ledger/index.js'
import { newTransport } from '../../../../src/signers/ledger/packages.js'
import { type EmulatedLedger, startLedger } from '../../../support/ledger/index.js'

const PATH = "m/44'/60'/0'/4"
const wanted: UnsignedTransaction = {
  chainId: 11155111n,
  nonce: 7,
  to: `0x${'ab'.repeat(20)}`,
  value: 3n,
  data: `0x${'12'.repeat(700)}`,
  gasLimit: 100_000n,
  maxFeePerGas: 5n * 10n ** 9n,
  maxPriorityFeePerGas: 1n,
}

let ledger: EmulatedLedger
let usual: EmulatedLedger['app']['behaviour']
let options: LedgerOptions
beforeAll(async () => {
  ledger = await startLedger()
  usual = { ...ledger.app.behaviour }
  options = { endpoint: { kind: 'speculos', host: ledger.host, port: ledger.port }, timeoutSeconds: 1 }
})
afterAll(() => ledger?.stop())
beforeEach(() => {
  Object.assign(ledger.app.behaviour, usual)
  ledger.app.screens.length = 0
})
afterEach(() => vi.restoreAllMocks())

describe('a signature', () => {
  const screens: LedgerScreen[] = []
  const signer = () =>
    ledgerSigner({ path: PATH, address: ledger.app.address(PATH) }, options, (each) => screens.push(each))

  it('is of the transaction that was asked for, and what was told is what the device shows', async () => {
    const connected = vi.spyOn(Socket.prototype, 'connect')
    const signed = Transaction.from(await signer().signTransaction(wanted))
    expect(signed.from?.toLowerCase()).toBe(ledger.app.address(PATH))
    expect(signed.unsignedSerialized).toBe(Transaction.from({ ...wanted, type: 2 }).unsignedSerialized)
    const told = { to: signed.to, amount: 3n, maxFees: 5n * 10n ** 14n, blind: true, hash: signed.unsignedHash }
    expect(screens.at(-1)).toMatchObject(told)
    expect(ledger.app.screens).toMatchObject([{ to: signed.to, maxFees: '0.0005', hash: signed.unsignedHash }])
    // The package would ask Ledger's servers what the call means; nothing but the device was spoken to.
    expect(
      connected.mock.calls.map((call) => JSON.stringify(call)).every((call) => call.includes(`${ledger.port}`)),
    ).toBe(true)
    expect(connected).toHaveBeenCalledTimes(1)
  })

  it('of a plain transfer needs no blind signing', async () => {
    ledger.app.behaviour.blindSigning = false
    const raw = await signer().signTransaction({ ...wanted, data: '0x' })
    expect(Transaction.from(raw).data).toBe('0x')
    expect(screens.at(-1)).toMatchObject({ blind: false, hash: null })
    await expect(signer().signTransaction(wanted)).rejects.toMatchObject({ code: 'LEDGER_BLIND_SIGNING_OFF' })
  })

  it('of a message, short, long or with any letters, is that of the account', async () => {
    for (const message of ['x', 'zwölf Köche'.repeat(60)]) {
      const signature = await signer().signMessage(message)
      expect(verifyMessage(message, signature).toLowerCase()).toBe(ledger.app.address(PATH))
      expect(screens.at(-1)).toMatchObject({ kind: 'message', message })
    }
    ledger.app.behaviour.signsWith = "m/44'/60'/0'/0/0"
    await expect(signer().signMessage('x')).rejects.toMatchObject({ code: 'SIGNER_MISMATCH', severity: 'critical' })
  })
})

describe('the doctor', () => {
  it.each<[Partial<EmulatedLedger['app']['behaviour']>, string]>([
    [{ frozen: true }, 'answers'],
    [{ locked: true }, 'unlocked'],
    [{ app: 'dashboard' }, 'Ethereum app'],
    [{ app: { name: 'Bitcoin', version: '2.2.1' } }, 'Ethereum app'],
    [{ app: { name: 'Ethereum', version: '1.8.8' } }, 'app version'],
    [{ blindSigning: false }, 'blind signing'],
  ])('sees in %o that "%s" fails, after all that is well', async (change, name) => {
    Object.assign(ledger.app.behaviour, change)
    const checks = await ledgerDoctor(options)
    expect(checks.at(-1)).toMatchObject({ name, ok: false, mend: expect.stringMatching(/\w/) })
    expect(checks.slice(0, -1).every(({ ok, mend }) => ok && mend === null)).toBe(true)
  })

  it('sees that nothing is there, and that all is well', async () => {
    const nowhere = { ...options, endpoint: { kind: 'speculos', host: '127.0.0.1', port: 1 } } as const
    expect(await ledgerDoctor(nowhere)).toMatchObject([{ name: 'device', ok: false }])
    expect((await ledgerDoctor(options)).every(({ ok }) => ok)).toBe(true)
  })

  it('stops when it is told to', async () => {
    ledger.app.behaviour.frozen = true
    const stop = new AbortController()
    ledger.events.once('apdu', () => stop.abort())
    await expect(ledgerDoctor({ ...options, timeoutSeconds: 60, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

it('whatever bytes a device answers, the error is one of ours', async () => {
  const junk = fc.uint8Array({ minLength: 2, maxLength: 200 }).map((bytes) => Buffer.from(bytes))
  const fine = junk.map((bytes) => Buffer.concat([bytes, Buffer.of(0x90, 0)]))
  const app = Buffer.from('0108457468657265756d06312e31322e3001009000', 'hex')
  await fc.assert(
    fc.asyncProperty(fc.oneof(junk, fine), async (answer) => {
      const given = newTransport({ exchange: async () => answer, close: async () => {} })
      const device = deviceOf({ transport: given, model: '', bounded: (work) => work })
      const unsigned = Transaction.from({ ...wanted, type: 2 }).unsignedSerialized as `0x${string}`
      const uses = [
        () => device.app(),
        () => readLedgerState(device),
        () => device.blindSigning(),
        () => device.address(PATH),
        () => device.showAddress(PATH),
        () => device.signTransaction(PATH, unsigned),
        () => device.signMessage(PATH, Buffer.from('x')),
      ]
      for (const use of uses) {
        const error = await use().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        if (error !== undefined) expect(error).toBeInstanceOf(MetisSeqError)
        if (error !== undefined) expect(error).toMatchObject({ exit: 5 })
      }
    }),
    { numRuns: 200 },
  )
  const known = newTransport({ exchange: async () => app, close: async () => {} })
  expect(await deviceOf({ transport: known, model: '', bounded: (work) => work }).app()).toEqual({
    name: 'Ethereum',
    version: '1.12.0',
  })
})
