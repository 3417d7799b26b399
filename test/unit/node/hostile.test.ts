import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { prevRandaoOf } from '../../../src/core/chain/attributes.js'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import { decodeExtraData } from '../../../src/core/chain/extraData.js'
import { bytesToHex, hexToBytes } from '../../../src/core/codec/index.js'
import { signDigest } from '../../../src/core/consensus/crypto.js'
import { networkIdOf, sealDigest } from '../../../src/core/consensus/digest.js'
import type { Network, SealedBlock } from '../../../src/core/ports/network.js'
import { findLeaks } from '../../support/records/leaks.js'
import { keyOf, makeGenesis, TestNetwork } from './network.js'

let network: TestNetwork | undefined
afterEach(async () => {
  await network?.close()
  network = undefined
})

/** A block on `parent` whose only transaction is none, sealed with a key that sequences nothing. */
function forged({ encoded, seal }: SealedBlock, networkId: `0x${string}`): SealedBlock {
  const { header, block: parent } = parseBlock(encoded)
  const block = assembleBlock(
    {
      ...header,
      number: header.number + 1,
      parentHash: parent.hash,
      timestamp: header.timestamp + 1,
      prevRandao: prevRandaoOf(parent.hash, decodeExtraData(header.extraData).term),
    },
    [hexToBytes('0x02c0')],
    [],
  )
  const content = { term: seal.term, number: block.number, hash: block.hash }
  const signature = bytesToHex(signDigest(sealDigest(networkId, content), keyOf('stranger').privateKey))
  return { encoded: block.encoded, seal: { ...content, signature } }
}

describe('a peer that sequences nothing', () => {
  it('rule T2: is refused its blocks, and no node does any work on them or stops for what they hold', async () => {
    const running = await TestNetwork.start(await makeGenesis())
    network = running
    const networkId = networkIdOf(running.genesis)
    const peer: Network = running.hub.join(keyOf('stranger').address, {
      onBlock: (_, sealed) => peer.sendBlock(forged(sealed, networkId)),
      onTransaction: () => undefined,
      onBatch: () => undefined,
      serveBlock: async () => undefined,
    })
    const refusals = () => running.events.filter((event) => event.event === 'refused' && event.what.startsWith('block'))
    await running.until(() => refusals().length >= 6 && running.node(0).rotation().safe >= 8)
    peer.close()
    // A block that reaches a node after its term is not looked at any further either.
    const reason = expect.stringMatching(/not sealed by|term [0-9]+ is over/)
    for (const refusal of refusals()) expect(refusal).toMatchObject({ reason })
    expect(running.fatal).toEqual([])

    // What a debugger, a log or an error shows of a node has no key, however deep it looks.
    const output = inspect(running.node(0), { depth: 12, showHidden: true, maxArrayLength: null })
    expect(output).toContain(keyOf('sequencer 0').address)
    const run = { test: '', command: null, args: [], exit: 0, error: null, output }
    const value = bytesToHex(keyOf('sequencer 0').privateKey)
    expect(findLeaks({ runs: [run], secrets: [{ value, shownBy: [] }] })).toEqual([])
  })
})
