import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exchangeError } from '../../../../src/signers/ledger/answers.js'
import { parseEndpoint } from '../../../../src/signers/ledger/endpoint.js'
import { parsePath, pathOf, pathsOf } from '../../../../src/signers/ledger/path.js'
import { isAtLeast, ledgerError, troubleOf } from '../../../../src/signers/ledger/state.js'

const codeOf = (run: () => unknown) => {
  try {
    return run()
  } catch (error) {
    const { exit, code } = error as { exit: number; code: string }
    return `${exit} ${code}`
  }
}

describe('derivation paths', () => {
  it.each([
    ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/0"],
    ["44'/60'/7'/0/0", "m/44'/60'/7'/0/0"],
    ['44h/60H/0h/3', "m/44'/60'/0'/3"],
    ["m/044'/060'", "m/44'/60'"],
    ['m/2147483647', 'm/2147483647'],
  ])('%s is %s', (text, path) => expect(parsePath(text)).toBe(path))

  it.each([
    '',
    'm',
    'm/',
    "m/44'//0",
    "m/44''/0",
    'm/-1',
    'm/1.5',
    'm/2147483648',
    'm/x',
    "m/44'/60'/0'/0/0 ",
    'm/1/2/3/4/5/6/7/8/9/10/11',
  ])('"%s" is none', (text) => expect(codeOf(() => parsePath(text))).toBe('2 LEDGER_PATH_INVALID'))

  it('of both schemes are read as they are written, and never the same', () => {
    const all = pathsOf(10).map(({ path }) => path)
    expect(new Set(all).size).toBe(20)
    expect(all[0]).toBe("m/44'/60'/0'/0/0")
    expect(all[10]).toBe("m/44'/60'/0'/0")
    const index = fc.integer({ min: 0, max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(fc.constantFrom('live', 'legacy'), index, (scheme, i) => {
        expect(parsePath(pathOf(scheme, i))).toBe(pathOf(scheme, i))
      }),
    )
  })
})

it.each([
  ['usb', { kind: 'usb' }],
  ['speculos://127.0.0.1:9999', { kind: 'speculos', host: '127.0.0.1', port: 9999 }],
  ['speculos://[::1]:1/', { kind: 'speculos', host: '::1', port: 1 }],
  ['', '2 LEDGER_ENDPOINT_INVALID'],
  ['bluetooth', '2 LEDGER_ENDPOINT_INVALID'],
  ['speculos://host', '2 LEDGER_ENDPOINT_INVALID'],
  ['speculos://host:0', '2 LEDGER_ENDPOINT_INVALID'],
  ['speculos://host:65536', '2 LEDGER_ENDPOINT_INVALID'],
  ['speculos://user@ho/st:1', '2 LEDGER_ENDPOINT_INVALID'],
])('the endpoint "%s"', (text, expected) => expect(codeOf(() => parseEndpoint(text))).toEqual(expected))

it.each([
  ['1.9.0', true],
  ['1.8.9', false],
  ['1.10.0', true],
  ['2.0.0', true],
  ['0.99.99', false],
  ['1.12.1-dev', true],
  ['1.9', false],
  ['1.9.0.1', false],
  ['', false],
  ['one', false],
])('version %s is 1.9.0 or later: %s', (version, expected) => expect(isAtLeast(version, '1.9.0')).toBe(expected))

describe('a failed exchange', () => {
  const status = (statusCode: number) => Object.assign(new Error('status'), { statusCode })
  const system = (code: string) => Object.assign(new Error(code), { code })
  const named = (name: string) => Object.assign(new Error(name), { name })
  it.each<[unknown, boolean, string]>([
    [status(0x5515), false, 'LEDGER_LOCKED'],
    [status(0x6b0c), true, 'LEDGER_LOCKED'],
    [status(0x6982), false, 'LEDGER_LOCKED'],
    [status(0x6982), true, 'LEDGER_REJECTED'],
    [status(0x6985), true, 'LEDGER_REJECTED'],
    [status(0x5501), true, 'LEDGER_REJECTED'],
    [status(0x6e01), false, 'LEDGER_APP_CLOSED'],
    [status(0x6511), false, 'LEDGER_APP_CLOSED'],
    [status(0x6d02), true, 'LEDGER_APP_CLOSED'],
    [status(0x6501), true, 'LEDGER_APP_OLD'],
    [status(0x6f42), true, 'LEDGER_REFUSED'],
    [named('EthAppPleaseEnableContractData'), true, 'LEDGER_BLIND_SIGNING_OFF'],
    [named('DisconnectedDeviceDuringOperation'), true, 'LEDGER_DISCONNECTED'],
    [system('ECONNRESET'), true, 'LEDGER_DISCONNECTED'],
    [system('EPIPE'), false, 'LEDGER_DISCONNECTED'],
    [new TypeError('cannot read'), true, 'LEDGER_ANSWER_INVALID'],
  ])('%s (asking: %s) is %s', (error, asking, code) => {
    expect(exchangeError(error, { asking, version: '1.8.0' })).toMatchObject({ code, exit: 5 })
    expect(exchangeError(error, { asking, version: '1.8.0' })).toHaveProperty('next')
  })

  it('that is an abort or an error of ours stays what it is', () => {
    const abort = new DOMException('aborted', 'AbortError')
    const ours = ledgerError({ state: 'locked' })
    for (const error of [abort, ours]) expect(exchangeError(error, { asking: true, version: '' })).toBe(error)
    expect(troubleOf(ours)).toEqual({ state: 'locked' })
    expect(troubleOf(abort)).toBeUndefined()
  })
})
