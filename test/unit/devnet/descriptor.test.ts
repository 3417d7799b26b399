import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type DevnetDescriptor,
  devnetFolder,
  parseDescriptor,
  readDescriptor,
  writeDescriptor,
} from '../../../src/devnet/descriptor.js'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const key = { address: address('1'), privateKey: `0x${'2'.repeat(64)}` as const }
const descriptor: DevnetDescriptor = {
  l1: { url: 'http://127.0.0.1:8545', chainId: 31337 },
  l2: { chainId: 1001 },
  contracts: {
    metis: address('a'),
    lockingInfo: address('b'),
    lockingPool: address('c'),
    bridge: address('d'),
    stateCommitmentChain: address('e'),
    inbox: address('f'),
    sequencerSet: address('3'),
  },
  group: address('4'),
  admin: key,
  nodes: [
    {
      index: 0,
      address: address('5'),
      stake: '20000000000000000000000',
      state: 'running',
      rpc: 'a',
      ws: 'b',
      rest: 'c',
      metrics: 'd',
    },
  ],
  spare: { index: 4, address: address('6'), publicKey: `0x${'7'.repeat(128)}`, keystore: '/k', passwordFile: '/p' },
  accounts: [key],
}

let root: string
const state = process.env.METIS_SEQ_STATE
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'descriptor-'))
  process.env.METIS_SEQ_STATE = join(root, 'state', 'state.json')
})
afterEach(() => {
  if (state === undefined) delete process.env.METIS_SEQ_STATE
  else process.env.METIS_SEQ_STATE = state
})

describe('the descriptor', () => {
  it('is read as it was written, by its folder or as the one written last', async () => {
    await expect(readDescriptor()).rejects.toMatchObject({ code: 'DEVNET_NOT_FOUND', exit: 6 })
    await writeDescriptor(root, descriptor)
    expect(await readDescriptor(root)).toEqual(descriptor)
    expect(await readDescriptor()).toEqual(descriptor)
    expect(await devnetFolder()).toBe(root)
  })

  it('is not found in another folder, nor by a damaged pointer', async () => {
    await writeDescriptor(root, descriptor)
    await expect(readDescriptor(join(root, 'other'))).rejects.toMatchObject({ code: 'DEVNET_NOT_FOUND' })
    await writeFile(process.env.METIS_SEQ_STATE ?? '', '{')
    await expect(readDescriptor()).rejects.toMatchObject({ code: 'DEVNET_NOT_FOUND', next: /npm start/ })
  })

  it('may have more fields than are known', async () => {
    await writeDescriptor(root, { ...descriptor, later: true } as DevnetDescriptor)
    expect(await readDescriptor(root)).toEqual(descriptor)
  })

  it.each<[string, object]>([
    ['version', { version: 0 }],
    ['l1', { l1: { url: 1, chainId: 1 } }],
    ['contract', { contracts: { ...descriptor.contracts, metis: '0x1' } }],
    ['node', { nodes: [{ ...descriptor.nodes[0], stake: '1.5' }] }],
    ['nodes', { nodes: {} }],
    ['admin', { admin: { address: key.address } }],
    ['spare', { spare: null }],
  ])('is refused with a bad %s: exit 9', async (_, change) => {
    await writeDescriptor(root, descriptor)
    const path = join(root, 'devnet.json')
    const text = JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change })
    expect(() => parseDescriptor(text, path)).toThrow(
      expect.objectContaining({ code: 'DEVNET_DESCRIPTOR_INVALID', exit: 9 }),
    )
  })

  it('of a newer program is refused: exit 9', () => {
    expect(() => parseDescriptor('{"version":2}', 'x')).toThrow(
      expect.objectContaining({ code: 'DEVNET_DESCRIPTOR_TOO_NEW', exit: 9 }),
    )
  })
})
