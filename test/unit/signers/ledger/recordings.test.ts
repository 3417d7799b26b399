import { hashMessage, recoverAddress, Transaction, verifyMessage } from 'ethers'
import { afterEach, describe, expect, it } from 'vitest'
import type { UnsignedTransaction } from '../../../../src/core/ports/signer.js'
import { type LedgerOptions, type LedgerScreen, ledgerSigner } from '../../../../src/signers/ledger/index.js'
import { EthereumApp } from '../../../support/ledger/ethereumApp.js'
import { readRecordings, signaturesOf } from '../../../support/ledger/recordings.js'
import { type LedgerServer, serveLedger } from '../../../support/ledger/server.js'

const PATH = "m/44'/60'/0'/0/0"
/** The first account of Speculos' public seed, and of a device at Ledger, as the recordings name them. */
const SPECULOS = '0xdad77910dbdfde764fc21fcd4e74d71bbaca6d8d'
const DEVICE = '0x6cbcd73cd8e8a42844662f0a0e76d7f79afd933d'
/** A whole type 1 or 2 transaction of one or more recorded chunks. */
const payload = (chunks: { request: string }[]) => {
  const [first = '', ...more] = chunks.map(({ request }) => request.slice(10))
  return `0x${[first.slice(2 + 5 * 8), ...more].join('')}`
}

const recordings = await readRecordings()
const signatures = signaturesOf(recordings).map((chunks) => {
  const answer = chunks.at(-1)?.answer ?? ''
  const raw = payload(chunks)
  if (!/^0x0[12]/.test(raw) || answer.length !== 134) return undefined
  const transaction = Transaction.from(raw)
  transaction.signature = {
    r: `0x${answer.slice(2, 66)}`,
    s: `0x${answer.slice(66, 130)}`,
    v: Number(answer.slice(0, 2)),
  }
  return { chunks, raw, transaction, from: transaction.from?.toLowerCase() }
})
const by = (address: string) => signatures.filter((each) => each !== undefined).filter(({ from }) => from === address)

describe('the emulator', () => {
  it("signs what Ledger recorded with Speculos' seed to the very byte", () => {
    const recorded = by(SPECULOS)
    expect(recorded.length).toBeGreaterThanOrEqual(3)
    expect(new Set(recorded.map(({ transaction }) => transaction.type))).toEqual(new Set([1, 2]))
    const app = new EthereumApp()
    for (const { request, answer } of recorded.flatMap(({ chunks }) => chunks)) {
      expect(app.answer(Buffer.from(request, 'hex')).toString('hex')).toBe(answer)
    }
  })

  it('takes every recorded transaction, and knows at the same chunk that it is whole', () => {
    const app = new EthereumApp()
    const whole = signatures.filter((each) => each !== undefined)
    expect(whole.some(({ chunks }) => chunks.length > 2)).toBe(true)
    for (const { request, answer } of whole.flatMap(({ chunks }) => chunks)) {
      const given = app.answer(Buffer.from(request, 'hex')).toString('hex')
      expect([given.length, given.slice(-4)]).toEqual([answer.length, answer.slice(-4)])
    }
  })
})

let server: LedgerServer | undefined
afterEach(() => server?.stop())

/** A server that has only the recorded answers, and those of an app 1.12.0 to the questions before them. */
async function replay(): Promise<LedgerOptions> {
  const find = (start: string) => recordings.find(({ request }) => request.startsWith(start))
  const known = new Map(recordings.map(({ request, answer }) => [request, answer]))
  // Two calls may end in the same chunk: an answer belongs to all chunks before it.
  for (const chunks of signaturesOf(recordings)) {
    let sofar = ''
    for (const { request, answer } of chunks) {
      sofar += request
      known.set(sofar, answer)
    }
  }
  known.set('b001000000', '0108457468657265756d06312e31322e3001009000')
  // The recording of this account's address was made with the screen and a chain; the answer is the same without.
  const path = '058000002c8000003c800000000000000000000000'
  known.set(`e002000015${path}`, find('e00201001d')?.answer ?? '')
  let signing = ''
  server = await serveLedger((apdu) => {
    const request = apdu.toString('hex')
    signing = request.startsWith('e00480') ? signing + request : request
    return Buffer.from(known.get(signing) ?? '6d00', 'hex')
  })
  return { endpoint: { kind: 'speculos', host: server.host, port: server.port }, timeoutSeconds: 5 }
}

describe('the signer with a recorded device', () => {
  it('gives the signed transactions that the device gave, of several chunks too', async () => {
    const options = await replay()
    const screens: LedgerScreen[] = []
    const signer = ledgerSigner({ path: PATH, address: DEVICE }, options, (screen) => screens.push(screen))
    const recorded = by(DEVICE).filter(({ transaction }) => transaction.type === 2)
    expect(recorded.some(({ chunks }) => chunks.length > 1)).toBe(true)
    for (const { transaction } of recorded) {
      expect(await signer.signTransaction(wantedOf(transaction))).toBe(transaction.serialized)
    }
    expect(screens).toMatchObject(
      recorded.map(({ transaction }) => ({ kind: 'transaction', to: transaction.to, hash: null })),
    )
  })

  it('refuses a device with another account, before it is asked to sign', async () => {
    const signer = ledgerSigner({ path: PATH, address: SPECULOS }, await replay(), () => {})
    const [first] = by(DEVICE)
    await expect(signer.signTransaction(wantedOf(first?.transaction ?? new Transaction()))).rejects.toMatchObject({
      code: 'LEDGER_ACCOUNT_NOT_FOUND',
      exit: 5,
    })
    expect(server?.received.some((apdu) => apdu.startsWith('e004'))).toBe(false)
  })
})

it('the recorded signature of a message is read as EIP-191', () => {
  const { answer = '' } = recordings.find(({ request }) => request.startsWith('e008')) ?? {}
  const signature = `0x${answer.slice(2, 130)}${answer.slice(0, 2)}`
  expect(recoverAddress(hashMessage('test'), signature)).toBe(verifyMessage('test', signature))
})

function wantedOf(transaction: Transaction): UnsignedTransaction {
  const { chainId, nonce, to, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = transaction
  const fees = { maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n }
  return { chainId, nonce, to: to as `0x${string}`, value, data: data as `0x${string}`, gasLimit, ...fees }
}
