import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Ceremony, Outgoing, Place, RoundEnd, ThresholdCrypto } from '../../../src/core/ports/threshold.js'
import type { Hash } from '../../../src/core/types/hex.js'

/** What each member has after a sharing, by index from 1. */
export interface Shared {
  publicKey: Uint8Array
  threshold: number
  shares: ReadonlyMap<number, Uint8Array>
}

/** Bytes that were sent, and how long it took (ms). */
export interface Effort {
  bytes: number
  milliseconds: number
}

const NOTHING = new Uint8Array()

/** Runs the ceremonies of all participants to their ends, round by round. Of a broadcast each other participant gets the bytes. */
export async function conduct(
  begun: ReadonlyMap<number, Ceremony>,
): Promise<{ ends: Map<number, RoundEnd>; bytes: number }> {
  const ends = new Map<number, RoundEnd>()
  let sent = new Map<number, Outgoing>([...begun].map(([each, { first }]) => [each, first]))
  let bytes = 0
  while (sent.size > 0) {
    for (const { broadcast, private: privates } of sent.values())
      bytes += broadcast.length * (begun.size - 1) + [...privates.values()].reduce((sum, { length }) => sum + length, 0)
    const round = await Promise.all([...sent.keys()].map(async (me) => [me, await step(me, begun, sent)] as const))
    sent = new Map()
    for (const [me, end] of round) {
      if (end.kind === 'sent') sent.set(me, end.outgoing)
      else ends.set(me, end)
    }
  }
  return { ends, bytes }
}

async function step(
  me: number,
  begun: ReadonlyMap<number, Ceremony>,
  sent: ReadonlyMap<number, Outgoing>,
): Promise<RoundEnd> {
  const incoming = new Map(
    (sent.get(me)?.awaited ?? []).map((from) => {
      const { broadcast, private: privates } = sent.get(from) ?? { broadcast: NOTHING, private: new Map() }
      return [from, { broadcast, private: privates.get(me) ?? NOTHING }]
    }),
  )
  const ceremony = begun.get(me)
  if (ceremony === undefined) throw new Error(`${me} takes no part`)
  return ceremony.step(incoming)
}

/** A new key for `members`, of whom `threshold` sign; each on the crypto of its own, or all on one. */
export async function generate(
  cryptos: readonly ThresholdCrypto[],
  threshold: number,
  session: Hash,
): Promise<Shared & Effort> {
  const places: Place[] = cryptos.map((_, i) => ({ old: null, new: i + 1 }))
  const start = performance.now()
  const begun = await Promise.all(
    cryptos.map(async (crypto, i) => [i + 1, await crypto.share({ session, me: i + 1, places, threshold })] as const),
  )
  const { ends, bytes } = await conduct(new Map(begun))
  return { ...shared(ends, threshold), bytes, milliseconds: performance.now() - start }
}

/** Shares a key anew among as many members; the first `before.threshold` of the old ones deal. */
export async function reshare(
  cryptos: readonly ThresholdCrypto[],
  before: Shared,
  threshold: number,
  session: Hash,
): Promise<Shared & Effort> {
  const places: Place[] = cryptos.map((_, i) => ({ old: i < before.threshold ? i + 1 : null, new: i + 1 }))
  const start = performance.now()
  const begun = await Promise.all(
    cryptos.map(async (crypto, i) => {
      const share = i < before.threshold ? { share: shareOf(before, i + 1) } : {}
      const request = { session, me: i + 1, places, threshold, publicKey: before.publicKey, ...share }
      return [i + 1, await crypto.share(request)] as const
    }),
  )
  const { ends, bytes } = await conduct(new Map(begun))
  return { ...shared(ends, threshold), bytes, milliseconds: performance.now() - start }
}

/** The signature of a digest by these members. */
export async function sign(
  cryptos: readonly ThresholdCrypto[],
  key: Shared,
  signers: readonly number[],
  digest: Hash,
  session: Hash,
): Promise<{ signature: Uint8Array } & Effort> {
  const start = performance.now()
  const begun = await Promise.all(
    signers.map(async (me) => {
      const crypto = cryptos[me - 1]
      if (crypto === undefined) throw new Error(`there is no member ${me}`)
      return [me, await crypto.sign({ session, signers, digest, share: shareOf(key, me) })] as const
    }),
  )
  const { ends, bytes } = await conduct(new Map(begun))
  const signatures = [...ends.values()].map((end) => {
    if (end.kind !== 'signed') throw new Error(`it ended with ${JSON.stringify(end)}`)
    return bytesToHex(end.signature)
  })
  if (new Set(signatures).size !== 1) throw new Error('members have different signatures')
  const [first] = ends.values()
  if (first?.kind !== 'signed') throw new Error('nobody signed')
  return { signature: first.signature, bytes, milliseconds: performance.now() - start }
}

function shareOf({ shares }: Shared, index: number): Uint8Array {
  const share = shares.get(index)
  if (share === undefined) throw new Error(`member ${index} has no share`)
  return share
}

function shared(ends: ReadonlyMap<number, RoundEnd>, threshold: number): Shared {
  const shares = new Map<number, Uint8Array>()
  const keys = new Map<string, Uint8Array>()
  for (const [each, end] of ends) {
    if (end.kind !== 'shared') throw new Error(`${each} ended with ${JSON.stringify(end)}`)
    shares.set(each, end.share)
    keys.set(bytesToHex(end.publicKey), end.publicKey)
  }
  const [publicKey] = keys.values()
  if (publicKey === undefined || keys.size !== 1) throw new Error('members have different keys')
  return { publicKey, threshold, shares }
}
