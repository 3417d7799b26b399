import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { type EvmFunction, type Host, Instance } from '../../../src/node/execution/embedded/evm/instance.js'
import { brokenModule } from './brokenModule.js'

const module = brokenModule()
const nothing: Host = { node: () => undefined, code: () => undefined, blockHash: () => undefined }
const open = (host: Partial<Host> = {}) => new Instance(module, { ...nothing, ...host })

function failure(instance: Instance, name: EvmFunction, request = utf8('request')): unknown {
  try {
    return instance.invoke(name, request)
  } catch (error) {
    return error
  }
}

describe('an instance that breaks off', () => {
  it.each<[string, EvmFunction, RegExp]>([
    ['with a panic', 'apply', /in "apply": request\./],
    ['with a reply that is not in its memory', 'finish', /in "finish": Invalid typed array length|Start offset/],
    ['with a reply that is neither yes nor no', 'begin', /the reply begins with 114/],
    ['by recursion without end', 'account', /call stack/],
    ['for want of a function', 'simulate', /no function "simulate"/],
  ])('%s says so, and is dead from then on', (_, name, message) => {
    const instance = open()
    expect(failure(instance, name)).toMatchObject({ code: 'EVM_TRAPPED', message: expect.stringMatching(message) })
    expect(instance.dead).toBe(true)
    expect(failure(instance, 'genesis')).toMatchObject({ code: 'EVM_DEAD' })
    expect(failure(open(), 'genesis')).toMatchObject({ code: 'EVM_REFUSED' })
  })
})

describe('an instance whose host fails', () => {
  it('lets the very error through, and is dead from then on', () => {
    const broken = new MetisSeqError('DATABASE_FAILED', 'The disk is gone.', { severity: 'critical' })
    const instance = open({
      node: () => {
        throw broken
      },
    })
    expect(failure(instance, 'decode')).toBe(broken)
    expect(failure(instance, 'decode')).toMatchObject({ code: 'EVM_DEAD' })
  })
})

describe('an instance', () => {
  it('lives on after a refusal', () => {
    const instance = open()
    const refusal = {
      code: 'EVM_REFUSED',
      details: { function: 'genesis', refusal: 'FAILED', reason: 'no', data: '0x' },
    }
    expect(failure(instance, 'genesis')).toMatchObject(refusal)
    expect(failure(instance, 'genesis')).toMatchObject(refusal)
    expect(instance.dead).toBe(false)
  })

  it('hands values in and out while its memory grows', () => {
    const seen: Uint8Array[] = []
    const instance = open({
      node: (hash) => {
        seen.push(hash)
        return Uint8Array.of(0, 7, 8, 9)
      },
    })
    const size = instance.size
    const request = new Uint8Array(32).fill(5)
    expect(instance.invoke('decode', request)).toEqual(Uint8Array.of(7, 8, 9))
    expect(instance.size).toBeGreaterThan(size)
    expect(instance.invoke('decode', request)).toEqual(Uint8Array.of(7, 8, 9))
    expect(seen).toEqual([request, request])
  })

  it('takes no request above its bound', () => {
    const instance = open()
    const request = new Uint8Array(256 * 1024 * 1024 + 1)
    expect(failure(instance, 'genesis', request)).toMatchObject({ code: 'EVM_REFUSED', details: { refusal: 'INPUT' } })
    expect(instance.dead).toBe(false)
  })
})
