import { setTimeout as delay } from 'node:timers/promises'
import { type Malformed, shape } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import type { GroupView } from '../node/index.js'
import { readRest } from './rest.js'

const MAX = 1000
const POLL_MS = 500

const { address, boolean, decimal, hash, listOf, objectOf, textUpTo, uint } = shape
const text = textUpTo(200)

/** Null, or what `item` reads. */
const orNull =
  <T>(item: shape.Shape<T>): shape.Shape<T | null> =>
  (value, path, fail) =>
    value === null ? null : item(value, path, fail)

const wei: shape.Shape<string> = (value, path, fail) => decimal(value, path, fail).toString()
const chain: shape.Shape<'l1' | 'l2'> = (value, path, fail) => {
  if (value !== 'l1' && value !== 'l2') throw fail(`${path} is neither "l1" nor "l2"`)
  return value
}
const addresses = listOf(address, MAX)

type Of<T extends readonly unknown[]> = T[number]

const group = objectOf<GroupView>({
  address,
  threshold: uint,
  generation: uint,
  since: uint,
  able: uint,
  members: listOf(
    objectOf<Of<GroupView['members']>>({
      index: uint,
      id: uint,
      address,
      heardAt: orNull(uint),
      heard: boolean,
      lost: boolean,
      doubts: uint,
      apart: listOf(objectOf<{ from: Address; until: number | null }>({ from: address, until: orNull(uint) }), MAX),
    }),
    MAX,
  ),
  sharing: orNull(
    objectOf<NonNullable<GroupView['sharing']>>({
      generation: uint,
      members: addresses,
      dealers: addresses,
      round: uint,
      done: addresses,
      failed: addresses,
      ready: boolean,
    }),
  ),
  requests: listOf(
    objectOf<Of<GroupView['requests']>>({
      id: hash,
      kind: text,
      chain,
      subject: uint,
      nonce: uint,
      to: address,
      since: uint,
      bump: uint,
      fees: orNull(
        objectOf<NonNullable<Of<GroupView['requests']>['fees']>>({
          maxFeePerGas: wei,
          maxPriorityFeePerGas: wei,
          maxFeePerBlobGas: wei,
        }),
      ),
      signed: boolean,
      session: orNull(
        objectOf<NonNullable<Of<GroupView['requests']>['session']>>({ number: uint, from: uint, signers: addresses }),
      ),
      refused: listOf(objectOf<{ member: Address; reason: string }>({ member: address, reason: text }), MAX),
    }),
    MAX,
  ),
  signatures: listOf(
    objectOf<Of<GroupView['signatures']>>({
      request: hash,
      kind: text as shape.Shape<Of<GroupView['signatures']>['kind']>,
      subject: uint,
      bump: uint,
      requestedAt: uint,
      signedAt: uint,
      signers: addresses,
    }),
    MAX,
  ),
  sessions: uint,
})

const fail: Malformed = (reason) => new MetisSeqError('GROUP_STATUS_MALFORMED', `its answer is no group: ${reason}`)

/** Reads what a node says of the group, strictly. @throws MetisSeqError `GROUP_STATUS_MALFORMED` */
export function parseGroup(answer: unknown): GroupView {
  return group(answer, 'group', fail)
}

/** The group as the node behind `rest` (`http://host:port/v1`) sees it. @throws MetisSeqError `NODE_UNREACHABLE` (exit 6) */
export function readGroup(rest: string, signal?: AbortSignal): Promise<GroupView> {
  return readRest(rest, 'group', signal, parseGroup)
}

/**
 * Resolves when the key is shared anew after `generation`, with the group as it is then.
 * @throws MetisSeqError `GROUP_REFRESH_PENDING` (exit 8) after `timeout` ms; the reason of `signal`
 */
export async function newShares(
  rest: string,
  generation: number,
  { timeout, signal, onRound }: { timeout: number; signal: AbortSignal; onRound: (round: number) => void },
): Promise<GroupView> {
  const end = performance.now() + timeout
  while (performance.now() < end) {
    const now = await readGroup(rest, signal)
    if (now.generation > generation) return now
    onRound(now.sharing?.ready === true ? Number.POSITIVE_INFINITY : (now.sharing?.round ?? 0))
    await delay(POLL_MS, undefined, { signal })
  }
  throw new MetisSeqError('GROUP_REFRESH_PENDING', `The key is not shared anew after ${timeout / 1000} s.`, {
    exit: Exit.unconfirmed,
    next: 'It goes on by itself: look with `metis-seq group show`.',
    details: { generation },
  })
}
