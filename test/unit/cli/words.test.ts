import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/cli/nearest.js'
import { isNewer, isRelease } from '../../../src/cli/update/cache.js'

const KEYS = ['network', 'rpc-url', 'rpc', 'keystore', 'update-notice']

describe('nearest', () => {
  it.each([
    ['netwrok', 'network'],
    ['rpc_url', 'rpc-url'],
    ['keystor', 'keystore'],
    ['updatenotice', 'update-notice'],
    ['colour', undefined],
    ['', undefined],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, KEYS)).toBe(meant)
  })

  it('a word of the list means itself', () => {
    for (const key of KEYS) expect(nearest(key, KEYS)).toBe(key)
  })
})

describe('a version', () => {
  const release = fc.tuple(fc.nat(999_999), fc.nat(999_999), fc.nat(999_999))
  const text = (parts: readonly number[]) => parts.join('.')

  it('is newer than another one exactly when it comes later part by part', () => {
    fc.assert(
      fc.property(release, release, (a, b) => {
        const i = [0, 1, 2].find((part) => a[part] !== b[part])
        expect(isNewer(text(a), text(b))).toBe(i !== undefined && (a[i] ?? 0) > (b[i] ?? 0))
      }),
    )
  })

  it('that is no release is never newer', () => {
    fc.assert(
      fc.property(fc.string(), (other) => {
        fc.pre(!isRelease(other))
        expect(isNewer(other, '0.0.0')).toBe(false)
      }),
    )
    for (const other of ['1.0.0-rc.1', 'v1.0.0', '1.0', ' 1.0.0', '1.0.0\n', '1000000000.0.0']) {
      expect(isNewer(other, '0.0.0'), other).toBe(false)
    }
  })
})
