import { shape } from '../core/codec/index.js'
import type { Address } from '../core/types/hex.js'
import type { GroupView } from '../node/index.js'

const MAX = 1000
/** ms since 1970 that a date can have at most. */
const LAST_TIME = 8_640_000_000_000_000

const { address, boolean, decimal, hash, listOf, objectOf, orNull, textOf, uint } = shape

type Request = GroupView['requests'][number]

const KINDS: Readonly<Record<Request['kind'], true>> = {
  commitEpoch: true,
  recommitEpoch: true,
  updateMpcAddress: true,
  updateEpochLength: true,
  blobs: true,
  inbox: true,
  stateRoots: true,
  rewards: true,
  handover: true,
  fundGroup: true,
  transferOwnership: true,
}

const kind = textOf(Object.keys(KINDS) as Request['kind'][])

const time: shape.Shape<number> = (value, path, fail) => {
  const ms = uint(value, path, fail)
  if (ms > LAST_TIME) throw fail(`${path} is no time`)
  return ms
}

/** As the record has them. */
const words = shape.plainUpTo(200)

const wei: shape.Shape<string> = (value, path, fail) => decimal(value, path, fail).toString()
const chain = textOf(['l1', 'l2'])
const addresses = listOf(address, MAX)

type Of<T extends readonly unknown[]> = T[number]

/** GET /v1/group, strictly: nothing of it can paint over a terminal, or is out of range for who shows it. */
export const groupShape = objectOf<GroupView>({
  address,
  threshold: uint,
  generation: uint,
  since: time,
  able: uint,
  members: listOf(
    objectOf<Of<GroupView['members']>>({
      index: uint,
      id: uint,
      address,
      heardAt: orNull(time),
      heard: boolean,
      lost: boolean,
      doubts: uint,
      apart: listOf(objectOf<{ from: Address; until: number | null }>({ from: address, until: orNull(time) }), MAX),
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
  departed: orNull(objectOf<NonNullable<GroupView['departed']>>({ members: addresses, threshold: uint })),
  former: orNull(
    objectOf<NonNullable<GroupView['former']>>({
      address,
      members: addresses,
      threshold: uint,
      step: uint,
      steps: uint,
    }),
  ),
  requests: listOf(
    objectOf<Request>({
      id: hash,
      kind,
      chain,
      subject: uint,
      nonce: uint,
      to: address,
      since: time,
      bump: uint,
      fees: orNull(
        objectOf<NonNullable<Request['fees']>>({
          maxFeePerGas: wei,
          maxPriorityFeePerGas: wei,
          maxFeePerBlobGas: wei,
        }),
      ),
      signed: boolean,
      session: orNull(objectOf<NonNullable<Request['session']>>({ number: uint, from: time, signers: addresses })),
      refused: listOf(objectOf<{ member: Address; reason: string }>({ member: address, reason: words }), MAX),
    }),
    MAX,
  ),
  signatures: listOf(
    objectOf<Of<GroupView['signatures']>>({
      request: hash,
      kind,
      subject: uint,
      bump: uint,
      requestedAt: time,
      signedAt: time,
      signers: addresses,
    }),
    MAX,
  ),
  sessions: uint,
})
