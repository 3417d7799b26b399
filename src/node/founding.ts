import { join } from 'node:path'
import { thresholdOf } from '../core/consensus/power.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Address, Hash, Hex } from '../core/types/hex.js'
import { recoverNative } from './consensus/recover.js'
import { openDatabase } from './storage/level.js'
import { openShareBox } from './threshold/box.js'
import { SharingCeremony, type SharingEnd } from './threshold/ceremony.js'
import type { Board } from './threshold/conversation.js'
import { createThresholdCrypto } from './threshold/crypto.js'
import { createMessageSeal } from './threshold/envelope.js'
import { Mailbox } from './threshold/mailbox.js'
import { Shares } from './threshold/shares.js'

/** A sequencer that gets a share of the first key, and where its node will look for it. */
export interface Founder {
  address: Address
  /** 64 bytes */
  pubkey: Hex
  privateKey: Uint8Array
  /** The node's own folder. */
  directory: string
  password: string
}

export interface FoundingOptions {
  founders: readonly Founder[]
  /** Names the network before it has an id: used once. */
  salt: Hash
  /** ms since 1970 */
  now: () => number
  signal?: AbortSignal | undefined
}

/** ms between two looks at who is silent. */
const LOOK = 200

/**
 * Makes the first key of a network whose nodes all are on this machine: each with an engine, messages and a folder of its own, as
 * later under consensus; only the record of what is broadcast is one in memory. Each share is on its node's disk, and every two
 * have signed together, when it resolves. @returns the public key, as the genesis document has it
 * @throws MetisSeqError `GROUP_FOUNDING_FAILED`
 */
export async function foundGroup(options: FoundingOptions): Promise<Hex> {
  const { founders } = options
  const table = new Table(founders.map(({ address }) => address).sort())
  const ends = await Promise.allSettled(founders.map((founder) => takePart(founder, table, options)))
  const keys = new Set<Hex>()
  for (const end of ends) {
    if (end.status === 'rejected') throw end.reason
    if (end.value.kind !== 'shared') throw failed(end.value)
    keys.add(end.value.publicKey)
  }
  const [key] = keys
  if (key === undefined || keys.size !== 1) throw failed(undefined)
  return key
}

/** What all have before them: what was broadcast, and where each is reached. */
class Table {
  readonly #said = new Map<string, Uint8Array>()
  readonly #doors = new Map<Address, (sealed: Uint8Array) => void>()
  readonly #bells = new Set<() => void>()

  constructor(readonly members: readonly Address[]) {}

  sit(address: Address, door: (sealed: Uint8Array) => void, bell: () => void): void {
    this.#doors.set(address, door)
    this.#bells.add(bell)
  }

  send(to: Address, sealed: Uint8Array): void {
    this.#doors.get(to)?.(sealed)
  }

  boardOf(address: Address): Board {
    return {
      say: async (round, broadcast) => {
        this.#said.set(`${address} ${round}`, broadcast)
        this.ring()
      },
      heard: (from, round) => this.#said.get(`${from} ${round}`),
    }
  }

  ring(): void {
    for (const bell of this.#bells) bell()
  }
}

async function takePart(
  { address, directory, password, privateKey }: Founder,
  table: Table,
  { founders, now, salt, signal }: FoundingOptions,
): Promise<SharingEnd> {
  const database = await openDatabase(join(directory, 'shares'))
  const engine = createThresholdCrypto()
  try {
    const seal = createMessageSeal({ address, privateKey })
    const mailbox = new Mailbox(() => undefined) // nobody is here but those who take part
    const pubkeyOf = (member: Address) => founders.find((founder) => founder.address === member)?.pubkey
    const send = (to: Address, sealed: Uint8Array) => table.send(to, sealed)
    const node = { networkId: salt, address, pubkeyOf, send, recover: recoverNative, now }
    const shares = new Shares(database, await openShareBox(password, database), address)
    const { members } = table
    const ceremony = new SharingCeremony(
      { node, seal, mailbox, shares, crypto: { share: engine } },
      { generation: 0, members, threshold: thresholdOf(members.length), dealers: [], board: table.boardOf(address) },
    )
    let wake = () => {}
    const bell = () => wake()
    table.sit(
      address,
      (sealed) => {
        mailbox.take(seal.open(sealed, pubkeyOf), now())
        bell()
      },
      bell,
    )
    const look = setInterval(bell, LOOK)
    signal?.addEventListener('abort', bell)
    try {
      // Ends with the ceremony, which waits for nobody for ever.
      for (;;) {
        const rung = new Promise<void>((resolve) => {
          wake = resolve
        })
        signal?.throwIfAborted()
        const end = await ceremony.go()
        if (end !== undefined) return end
        await rung
      }
    } finally {
      clearInterval(look)
      signal?.removeEventListener('abort', bell)
      ceremony.close()
    }
  } finally {
    await engine.close()
    await database.close()
  }
}

function failed(end: SharingEnd | undefined): MetisSeqError {
  const reason =
    end?.kind === 'failed'
      ? `${end.culprits.join(', ') || 'nobody can be named'}: ${end.reason}`
      : 'the members have different keys'
  return new MetisSeqError('GROUP_FOUNDING_FAILED', `The key of the group could not be made: ${reason}.`, {
    exit: Exit.bug,
    severity: 'critical',
    next: 'Begin anew with --reset; where it comes again, report it with this message.',
  })
}
