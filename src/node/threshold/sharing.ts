import { bytesToHex, hexToBytes } from '../../core/codec/index.js'
import { memberOf, thresholdOf } from '../../core/consensus/power.js'
import { isNewKey } from '../../core/consensus/sharing.js'
import { BANNED } from '../../core/consensus/signing.js'
import type { ConsensusState, Content, ProposedCommittee } from '../../core/consensus/types.js'
import { Single } from '../../core/serial.js'
import { formatMetis } from '../../core/staking/amount.js'
import type { Address, Hex } from '../../core/types/hex.js'
import { SharingCeremony, type SharingEnd } from './ceremony.js'
import type { Board } from './conversation.js'
import type { GroupParts } from './own.js'

/** ms that joiners have to say that they have their share, and for each member more, before they are named (rule P1). */
const SHARE_TIMEOUT = { all: 20_000, each: 4000 }
/** ms from one sharing to the next that a member asks for because another has no share: nobody keeps all busy with that. */
const ANEW_AFTER = 60_000
/** ms after which a member says once more what consensus does not have yet. */
const SAY_AGAIN = 5000

/** This member's part in sharing the key: for others, or anew; the shares that it keeps, and those that it destroys. */
export class Sharings {
  readonly #parts: GroupParts
  #running:
    | { generation: number; since: number; ceremony: SharingCeremony | undefined; end: SharingEnd | undefined }
    | undefined
  readonly #said = new Map<string, { text: string; at: number }>()
  readonly #single = new Single()
  #asked = false
  /** The sharing of which it was said that this node has no share. */
  #missing = -1
  /** The sharing of which it was said that its key could not be paid for. */
  #poor = -1
  /** The sharing of now and the last one proposed, when shares were destroyed last. */
  #tidied = ''

  constructor(parts: GroupParts) {
    this.#parts = parts
  }

  /** The operator wants new shares. */
  askAnew(): void {
    this.#asked = true
  }

  async tick(): Promise<void> {
    await this.#single.run(async () => {
      await this.#follow()
      await this.#anew()
      await this.#destroyOld()
    })
  }

  close(): void {
    this.#running?.ceremony?.close()
  }

  async #follow(): Promise<void> {
    const { node } = this.#parts
    const { committee, proposed } = node.consensus.state
    if (this.#running !== undefined && this.#running.generation !== proposed?.generation) {
      this.#running.ceremony?.close()
      this.#running = undefined
    }
    if (proposed === null) return
    const [isMember, isNew] = [committee, proposed].map((each) => memberOf(each, node.address) !== undefined)
    if (!isMember && !isNew) return
    this.#running ??= { generation: proposed.generation, since: node.now(), ceremony: undefined, end: undefined }
    if (proposed.dealers.includes(node.address) || isNew) await this.#takePart(proposed)
    const content = this.#verdict(proposed)
    if (content !== undefined && (await this.#mayFollow(proposed, content))) await this.#say('group', content)
  }

  /** A new key signs the opening after next: without METIS on L2 no term could open then, and the chain would stand still. */
  async #mayFollow(
    proposed: ProposedCommittee,
    { failed: names }: Extract<Content, { kind: 'group' }>,
  ): Promise<boolean> {
    if (!isNewKey(proposed) || names.length > 0) return true
    const { node } = this.#parts
    const missing = await node.fundsMissing()
    if (missing !== undefined && missing > 0n && this.#poor !== proposed.generation) {
      this.#poor = proposed.generation
      const { contract } = node.consensus.state
      node.warn(
        `The new key of the group waits: send ${formatMetis(missing)} METIS on L2 to ${contract.mpc}, which pays for it.`,
      )
    }
    return missing === 0n
  }

  async #takePart(proposed: ProposedCommittee): Promise<void> {
    const running = this.#running
    if (running === undefined || running.end !== undefined) return
    if (running.ceremony === undefined) {
      if (proposed.votes[this.#parts.node.address] !== undefined) return // before a restart it said how it went
      if (!(await this.#parts.shares.begin(proposed.generation))) {
        running.end = { kind: 'failed', culprits: [this.#parts.node.address], reason: 'it was restarted meanwhile' }
        return
      }
      running.ceremony = this.#ceremony(proposed)
    }
    const end = await running.ceremony.go()
    if (end === undefined) return
    running.end = end
    running.ceremony.close()
    if (end.kind === 'failed')
      this.#parts.node.refused(`sharing ${proposed.generation}`, `${end.culprits.join(', ')}: ${end.reason}`)
  }

  #ceremony({ dealers, generation, members }: ProposedCommittee): SharingCeremony {
    const { node } = this.#parts
    const { committee, group } = node.consensus.state
    const held = dealers.includes(node.address) ? this.#parts.shares.get(group.generation) : undefined
    return new SharingCeremony(this.#parts, {
      generation,
      members: members.map(({ address }) => address),
      threshold: thresholdOf(members.length),
      dealers: dealers.map((address) => ({
        address,
        index: committee.members.findIndex((member) => member.address === address) + 1,
      })),
      ...(isNewKey({ dealers }) ? {} : { publicKey: group.publicKey }),
      ...(held === undefined ? {} : { share: held.share }),
      board: this.#board(generation),
    })
  }

  /** The record of consensus: what stands there everybody has heard. */
  #board(generation: number): Board {
    const { node } = this.#parts
    return {
      say: (round, broadcast) => node.attest({ kind: 'sharing', generation, round, broadcast: bytesToHex(broadcast) }),
      heard: (from, round) => {
        const { proposed } = node.consensus.state
        const said = proposed?.generation === generation ? proposed.broadcasts[from]?.[round] : undefined
        return said === undefined ? undefined : hexToBytes(said)
      },
    }
  }

  /** What this member says of the sharing, as soon as it can say anything. */
  #verdict(proposed: ProposedCommittee): Extract<Content, { kind: 'group' }> | undefined {
    const { node } = this.#parts
    const { generation } = proposed
    const said = proposed.votes[node.address]
    const end = this.#running?.end
    const key = end?.kind === 'shared' ? end.publicKey : (said?.publicKey ?? this.#agreed(proposed))
    if (end?.kind === 'failed') return failed(generation, end.culprits.length > 0 ? end.culprits : [node.address])
    const accused = accusedBy(proposed, node.address)
    // One who cannot go on ends it for all: nobody waits for what does not come any more.
    if (accused.length > 0 && key === undefined) return failed(generation, accused)
    if (key === undefined || key === '0x') return undefined
    const late = this.#lateJoiners(proposed, key)
    return late.length > 0 ? failed(generation, late) : { kind: 'group', generation, publicKey: key, failed: [] }
  }

  /** The key that a member without a new share says: that of all who have one. */
  #agreed(proposed: ProposedCommittee): Hex | undefined {
    if (memberOf(proposed, this.#parts.node.address) !== undefined) return undefined
    const keys = new Set(proposed.members.map(({ address }) => proposed.votes[address]?.publicKey))
    const [key] = keys
    return keys.size === 1 ? key : undefined
  }

  /** Joiners that say nothing, or something else, for so long that the change of all others waits for them (rule P1). */
  #lateJoiners({ members, votes }: ProposedCommittee, key: Hex): Address[] {
    const { consensus, address, now } = this.#parts.node
    if (
      now() - (this.#running?.since ?? 0) <= SHARE_TIMEOUT.all + members.length * SHARE_TIMEOUT.each ||
      memberOf(consensus.state.committee, address) === undefined
    )
      return []
    const agrees = (each: Address) => votes[each]?.publicKey === key && votes[each]?.failed.length === 0
    const joiners = members.filter((each) => memberOf(consensus.state.committee, each.address) === undefined)
    return joiners.map((each) => each.address).filter((each) => !agrees(each))
  }

  /** Asks for a sharing among the same members: where its own share is gone, where another's is, or where the operator wants it. */
  async #anew(): Promise<void> {
    const { node, shares } = this.#parts
    const { committee, group } = node.consensus.state
    if (memberOf(committee, node.address) === undefined) return
    const lost = shares.get(group.generation)?.publicKey !== group.publicKey
    if (lost && this.#missing !== group.generation) {
      this.#missing = group.generation
      node.warn('This node has no share of the key of the group; the others are asked to share it anew.')
    }
    const isLong = node.now() - group.since > ANEW_AFTER
    const banned = group.apart.some(({ until }) => until === BANNED)
    const isNeeded = banned || Object.values(group.anew).includes(true)
    const known = group.anew[node.address]
    if (known !== undefined) this.#asked = false
    if (known === true || (known === false && !lost)) return
    if (lost || this.#asked || (isLong && isNeeded))
      await this.#say('anew', { kind: 'anew', generation: group.generation, lost })
  }

  /**
   * The shares of now stay, and those of a sharing that is under way. Older ones go when the new ones have signed, and a
   * checkpoint of a term that they opened is decided (rule P1).
   */
  async #destroyOld(): Promise<void> {
    const { node, shares } = this.#parts
    const { group, proposed, signatures, term } = node.consensus.state
    const hasSigned =
      group.generation === 0 ||
      signatures.some(({ requestedAt, signedAt }) => signedAt > group.since && requestedAt >= group.since)
    const isSettled = term.openedAt >= group.since && term.checkpointAt !== null
    const { former } = group
    const mark = `${group.generation} ${group.proposed} ${former?.generation}`
    if (proposed !== null || !hasSigned || !isSettled || this.#tidied === mark) return
    this.#tidied = mark
    await shares.keepOnly(new Set([group.generation, ...(former === undefined ? [] : [former.generation])]))
  }

  async #say(slot: string, content: Content): Promise<void> {
    const { node } = this.#parts
    const text = JSON.stringify(content)
    const before = this.#said.get(slot)
    if (before?.text === text && node.now() - before.at < SAY_AGAIN) return
    if (isSaid(node.consensus.state, node.address, content)) return
    this.#said.set(slot, { text, at: node.now() })
    await node.attest(content)
  }
}

function failed(generation: number, names: readonly Address[]): Extract<Content, { kind: 'group' }> {
  return { kind: 'group', generation, publicKey: '0x', failed: [...names].sort() }
}

/** Everybody who is named as having failed, but this member; where it alone is, those who name it. */
function accusedBy({ votes }: ProposedCommittee, me: Address): Address[] {
  const accusers = Object.entries(votes).filter(([, { failed: names }]) => names.length > 0)
  const names = new Set(accusers.flatMap(([, vote]) => vote.failed))
  names.delete(me)
  return names.size > 0 ? [...names] : accusers.map(([address]) => address as Address)
}

/** Whether the record has it already, as far as it can tell. */
function isSaid({ proposed }: ConsensusState, me: Address, content: Content): boolean {
  if (content.kind !== 'group') return false
  const vote = proposed?.votes[me]
  return vote !== undefined && vote.failed.length >= content.failed.length
}
