import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { prevRandaoOf } from '../../../src/core/chain/attributes.js'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import { decodeExtraData } from '../../../src/core/chain/extraData.js'
import { bytesToHex, hexToBytes } from '../../../src/core/codec/index.js'
import { signDigest } from '../../../src/core/consensus/crypto.js'
import { networkIdOf, sealDigest } from '../../../src/core/consensus/digest.js'
import type { Network, SealedBlock } from '../../../src/core/ports/network.js'
import { LocalHub } from '../../../src/node/p2p/hub.js'
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

/** The same header over one transaction more. */
function withOtherBody(encoded: Uint8Array): Uint8Array {
  const { header, block } = parseBlock(encoded)
  return assembleBlock(header, [...block.transactions, hexToBytes('0x02c0')], block.withdrawals).encoded
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
      onGroup: () => undefined,
      serveBlobs: async () => undefined,
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

  it('rule T2: is passed over where it answers with an honest header and seal over another body', async () => {
    const hub = new LocalHub()
    const heard = new Map<string, SealedBlock>()
    let answers = 0
    // It is the first that every node asks.
    hub.join(keyOf('stranger').address, {
      onBlock: (_, sealed) => heard.set(sealed.seal.hash, sealed),
      onTransaction: () => undefined,
      onBatch: () => undefined,
      onGroup: () => undefined,
      serveBlobs: async () => undefined,
      serveBlock: async (hash) => {
        const honest = heard.get(hash)
        if (honest === undefined) return undefined
        answers += 1
        return { encoded: withOtherBody(honest.encoded), seal: honest.seal }
      },
    })
    const running = await TestNetwork.start(await makeGenesis(), undefined, hub)
    network = running
    await running.until(() => running.node(3).rotation().safe >= 2)
    await running.stopNode(3)
    const before = running.node(0).rotation().safe
    await running.until(() => running.node(0).rotation().safe >= before + 6)
    const missed = running.node(0).rotation().safe
    await running.startNode(3)
    await running.until(() => running.node(3).rotation().head >= missed)
    expect(answers).toBeGreaterThan(0)
    const hashesOf = (i: number) =>
      running.events
        .flatMap((event) => (event.event === 'block' && event.node === running.node(i).address ? [event] : []))
        .filter(({ number }) => number > before && number <= missed)
        .map(({ number, hash }) => `${number} ${hash}`)
    expect(hashesOf(3)).toEqual(hashesOf(0))
    expect(running.fatal).toEqual([])
  })
})
