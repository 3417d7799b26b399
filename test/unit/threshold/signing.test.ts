import { expect, it } from 'vitest'
import { hexToBytes } from '../../../src/core/codec/index.js'
import type { ThresholdCrypto } from '../../../src/core/ports/threshold.js'
import type { Hash } from '../../../src/core/types/hex.js'
import { createMessageSeal } from '../../../src/node/threshold/envelope.js'
import { SigningGuard } from '../../../src/node/threshold/guard.js'
import { Mailbox } from '../../../src/node/threshold/mailbox.js'
import type { GroupNode } from '../../../src/node/threshold/own.js'
import { Shares } from '../../../src/node/threshold/shares.js'
import { Signatures } from '../../../src/node/threshold/signing.js'
import { memoryDatabase } from '../../support/threshold/memory.js'
import { askedToSign, type Network } from '../consensus/network.js'

const NOTHING = new Uint8Array()

/** An engine that begins nothing before it is let, and counts what it holds. */
function slowEngine() {
  let begin = () => {}
  const isLet = new Promise<void>((resolve) => {
    begin = resolve
  })
  const held = new Set<Hash>()
  const sign: ThresholdCrypto['sign'] = async ({ session, signers }) => {
    await isLet
    held.add(session)
    const first = { awaited: signers, broadcast: NOTHING, private: new Map() }
    return { first, step: async () => ({ kind: 'dealt' }), forget: () => held.delete(session) }
  }
  return { crypto: { share: sign as never, sign, close: async () => undefined }, held, begin }
}

/** A signer of this request on that engine. */
async function signerOf(network: Network, crypto: ThresholdCrypto): Promise<Signatures> {
  const [address = '0x'] = network.session(network.request(network.state.term.opening[0])).signers
  const database = memoryDatabase()
  const shares = new Shares(database, { lock: (share) => share, unlock: (locked) => locked }, address)
  await shares.put(0, { publicKey: hexToBytes(network.state.group.publicKey), share: NOTHING })
  const node: Partial<GroupNode> = {
    networkId: network.networkId,
    address,
    consensus: {
      submit: async () => undefined,
      get state() {
        return network.state
      },
    },
    pubkeyOf: () => undefined,
    now: () => network.time,
    dataOf: async ({ data }) => data ?? undefined,
    whyNot: async () => undefined,
  }
  return new Signatures({
    node: node as GroupNode,
    shares,
    seal: createMessageSeal(network.key(address)),
    mailbox: new Mailbox(() => undefined),
    guard: new SigningGuard(database),
    crypto: { sign: crypto, share: crypto },
  })
}

it('rule G1: what is over while its ceremony begins is given back to the engine', async () => {
  const { network } = askedToSign()
  const { crypto, held, begin } = slowEngine()
  const signatures = await signerOf(network, crypto)
  const first = signatures.tick()
  await new Promise((resolve) => setImmediate(resolve))
  for (const id of [...network.state.term.opening, ...(network.state.next?.opening ?? [])])
    network.send(network.signed(network.request(id)))
  await signatures.tick()
  begin()
  await first
  await signatures.tick()
  expect(held).toEqual(new Set())
})
