import { describe, expect, it } from 'vitest'
import { hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { Network } from '../consensus/network.js'
import { afterSteps, ahead, asked, begun, genuine, inFlight, now, whyNot, withNewKey } from './asked.js'
import { broken, withFacts, withRequest } from './broken.js'

describe('a request', () => {
  it.each(genuine)('rule G3: %s is signed, for all of it follows from what the member knows', (_, make) => {
    const each = make()
    expect(whyNot(each)).toBeUndefined()
    expect(whyNot(withFacts(each, { nonce: undefined }))).toBeUndefined() // a chain that is silent says nothing against it
  })

  it.each(broken)('rule G3: with %s none is signed', (_, reason, change) => {
    const cases = genuine.flatMap(([name, make]) => {
      const changed = change(make())
      return changed === undefined ? [] : [[name, whyNot(changed)]]
    })
    expect(cases.length).toBeGreaterThan(0)
    expect(cases).toEqual(cases.map(([name]) => [name, expect.stringMatching(reason)]))
  })
})

describe('what is not due', () => {
  it('rule B1: an opening that is final is not signed again', () => {
    const network = begun((each) => each.finishTerm())
    const { request } = now(network)
    network.send(network.signed(request))
    expect(whyNot(withFacts(now(network), { nonce: 1 }))).toMatch(/nonce 0 is used, the next one is 1/)
    network.checkpoint(9)
    expect(whyNot(asked(network, request))).toMatch(/nothing of this kind/)
    network.finishTerm()
    expect(whyNot(asked(network, request))).toMatch(/nothing of this kind/)
  })

  it('rule B1: neither is that of a term that was cut, nor one that was asked for ahead and never came', () => {
    const network = begun((each) => each.finishTerm())
    const requests = [now(network), ahead(network)].map(({ request }) => request)
    network.quorum(network.stall())
    for (const request of requests) expect(whyNot(asked(network, request))).toMatch(/nothing of this kind/)
  })

  it('rule B3: neither is another step of a batch than the one that it is at', () => {
    const steps = [0, 1, 2, 3].map((i) => inFlight(i).request)
    for (const [at] of steps.entries()) {
      const network = afterSteps(at)
      const reasons = steps.map((request) => whyNot(asked(network, request)))
      expect(reasons.map((reason) => reason === undefined)).toEqual(steps.map((_, i) => i === at))
    }
    expect(whyNot(asked(new Network(), inFlight(0).request))).toMatch(/nothing of this kind/)
    expect(whyNot(asked(afterSteps(4), inFlight(3).request))).toMatch(/nothing of this kind/)
  })

  it('rule B4: nor state roots that are not those of this member, whatever was decided', () => {
    const each = inFlight(3)
    expect(whyNot(withFacts(each, { data: '0x1234' }))).toMatch(/data has another hash/)
    const dataHash = keccak256(hexToBytes('0x1234'))
    expect(whyNot(withRequest(withFacts(each, { data: '0x1234' }), { dataHash }))).toMatch(/data is not stateRoots/)
  })

  it('rule P1: the opening after a term that changes the key is asked of the new key, and signed', () => {
    expect(whyNot(ahead(withNewKey()))).toBeUndefined()
  })
})
