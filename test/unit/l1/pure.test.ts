import { AbiCoder, concat, type ErrorFragment, Interface, id } from 'ethers'
import { describe, expect, it } from 'vitest'
import { checksumAddress } from '../../../src/core/codec/index.js'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { decodeRevert, presetNetwork } from '../../../src/l1/index.js'
import { redactUrl } from '../../../src/l1/url.js'

describe('the address book', () => {
  it('has the proxies of the live networks', () => {
    const shown = ['andromeda', 'sepolia'].map((name) => {
      const { l1ChainId, l2ChainId, contracts } = presetNetwork(name)
      const { metis, lockingInfo, lockingPool, bridge } = contracts
      return [l1ChainId, l2ChainId, ...[metis, lockingInfo, lockingPool, bridge].map(checksumAddress)]
    })
    expect(shown).toEqual([
      [
        1n,
        1088n,
        '0x9E32b13ce7f2E80A01932B42553652E053D6ed8e',
        '0x0fe382b74C3894B65c10E5C12ae60Bbd8FAf5b48',
        '0xD54c868362C2098E0E46F12E7D924C6A332952Dd',
        '0x3980c9ed79d2c191A89E02Fa3529C60eD6e9c04b',
      ],
      [
        11155111n,
        59902n,
        '0x7f49160EB9BB068101d445fe77E17ecDb37D0B47',
        '0x390A6fE63385522E87e248BC5200f7d3a02F994b',
        '0x7591940125cC0344a65D60319d1ADcD463B2D4c3',
        '0x9848dE505e6Aa301cEecfCf23A0a150140fc996e',
      ],
    ])
  })

  it.each(['', 'devnet', 'constructor', 'Andromeda'])('has no preset "%s"', (name) => {
    expect(() => presetNetwork(name)).toThrow(expect.objectContaining({ code: 'NETWORK_UNKNOWN', exit: 2 }))
  })
})

describe('an endpoint that is shown', () => {
  it.each([
    ['https://user:password@rpc.example/', 'https://rpc.example'],
    ['https://rpc.example/v3/0123456789abcdef0123456789abcdef?key=secret#x', 'https://rpc.example/v3/***'],
    ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
    ['no url', '(not a URL)'],
  ])('%s', (url, shown) => expect(redactUrl(url)).toBe(shown))
})

describe('a revert', () => {
  const coder = AbiCoder.defaultAbiCoder()
  const text = (message: string) => concat(['0x08c379a0', coder.encode(['string'], [message])])

  it.each([
    ['withdraw throttle', text('withdraw throttle'), /reward batch/],
    ['Panic(0x11)', concat(['0x4e487b71', coder.encode(['uint256'], [0x11])]), /More was asked for/],
    ['something new', text('something new'), /refused/],
    ['insufficient fee supplied. send at least 42', text('insufficient fee supplied. send at least 42'), /42 wei/],
    ['unknown error 0xdeadbeef', '0xdeadbeef', /refused/],
    ['unreadable error 0x08c379a0', '0x08c379a0ff', /refused/],
    [undefined, '0x', /no reason/],
    [undefined, null, /no reason/],
  ])('%s', (name, data, explanation) => {
    expect(decodeRevert(data)).toEqual({ name, explanation: expect.stringMatching(explanation) })
  })

  it('of every custom error of LockingPool and of the bridge has an explanation of its own', () => {
    const errors: ErrorFragment[] = []
    for (const abi of [lockingPoolAbi, bridgeAbi]) new Interface(abi).forEachError((error) => errors.push(error))
    const explained = errors.map(({ selector, inputs }) =>
      decodeRevert(
        concat([
          selector,
          coder.encode(
            inputs,
            inputs.map(({ type }) => (type === 'address' ? id('').slice(0, 42) : 7n)),
          ),
        ]),
      ),
    )
    expect(explained.map(({ name }) => name)).toEqual(errors.map(({ name }) => name))
    expect(explained.map(({ explanation }) => explanation)).not.toContain('The contract refused it.')
  })
})
