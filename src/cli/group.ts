import { formatMetis } from '../core/staking/amount.js'
import { SHARING_ROUNDS } from '../core/threshold/rounds.js'
import type { GroupMemberView, GroupRequestView, GroupView } from '../node/index.js'

type Sharing = NonNullable<GroupView['sharing']>

/** A time of the record for a person: UTC, to the second. */
export const clockOf = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19)

/** Exactly, in gwei. */
const gwei = (wei: string): string => formatMetis(BigInt(wei) * 10n ** 9n)

/** Whether the group can sign, and what an operator should know of that. */
export function healthOf({ able, members, requests, threshold }: GroupView): string {
  const count = (there: number) => `${there} of ${members.length} members`
  const goesOn = 'It goes on by itself when enough are back.'
  const all =
    members.length <= 3 ? ' With three members or fewer all of them have to be there: nobody may be missing.' : ''
  const lastHeard = Math.max(0, ...members.map(({ heardAt }) => heardAt ?? 0))
  if (members.every(({ heard }) => !heard))
    return `stands still: nobody said anything since ${lastHeard === 0 ? 'the start' : clockOf(lastHeard)}. Fewer members may be there than it takes to decide anything (${threshold}); those that are wait silently. ${goesOn}${all}`
  if (able < threshold) return `cannot sign: ${count(able)} are there, ${threshold} are needed. ${goesOn}${all}`
  if (requests.some(({ session }) => session?.signers.length === 0))
    return `cannot sign now: ${count(able)} are there, but too many are kept apart or refuse (\`metis-seq group requests\`). It is tried again every few seconds.${all}`
  const spare = able - threshold
  const margin = spare === 0 ? 'at the limit, nobody more may be missing' : `healthy, ${spare} more may be missing`
  return `${margin}: ${count(able)} can sign, ${threshold} are needed.${all}`
}

/** Who left with a share of this key, and what that means (rule B7). */
export function departedLine({ members, threshold }: NonNullable<GroupView['departed']>): string {
  const who = `${members.length} of those who shared this key at one time (${members.join(', ')})`
  if (members.length < threshold) return `${who}; ${threshold} such members are the key, if they kept their shares`
  return `${who}: they are the key, if they kept their shares, whatever was shared since. See docs/guides/group.md, "A new key"`
}

/** What is left to do for the key before this one (rule B7). */
export function formerLine({ address, members, step, steps, threshold }: NonNullable<GroupView['former']>): string {
  const where = step < steps ? `step ${step + 1} of ${steps} on L1` : 'done on L1, due on L2'
  return `${address} hands over: ${where}. ${threshold} of those who have shares of it must run until it is done: ${members.join(', ')}`
}

/** How a member stands; others are named by their shares. */
export function stateOf(
  { apart, doubts, heard, heardAt, lost }: GroupMemberView,
  members: readonly GroupMemberView[],
): string {
  const silent = `silent since ${heardAt === null ? 'the start' : clockOf(heardAt)}`
  const pairs = apart.map(({ from, until }) => {
    const other = members.find(({ address }) => address === from)?.index ?? from
    return `not with share ${other} until ${until === null ? 'the key is shared anew' : clockOf(until)}`
  })
  return [
    lost ? 'has no share, asked for a new one' : heard ? 'signs' : silent,
    ...(doubts > 0 ? [`in ${doubts} failed sessions without a culprit`] : []),
    ...pairs,
  ].join('; ')
}

/** A sharing that is under way; who is no member yet goes by its address. */
export function sharingLine(
  { dealers, done, failed, generation, members: next, ready, round }: Sharing,
  members: readonly GroupMemberView[],
): string {
  const names = (list: readonly string[]) => sharesOf(list, members)
  const joining = next.filter((each) => !members.some(({ address }) => address === each))
  const leaving = members.filter(({ address }) => !next.includes(address)).map(({ address }) => address)
  return [
    `sharing ${generation} among ${next.length} members`,
    ...(joining.length > 0 ? [`joining: ${names(joining)}`] : []),
    ...(leaving.length > 0 ? [`leaving: ${names(leaving)}`] : []),
    dealers.length === 0 ? 'a new key' : `dealt by ${names(dealers)}`,
    ready ? 'made, in force with the next term' : `round ${round} of ${SHARING_ROUNDS}`,
    ...(done.length > 0 ? [`have signed with their new share: ${names(done)}`] : []),
    ...(failed.length > 0 ? [`named as failed: ${names(failed)}`] : []),
  ].join('; ')
}

/** What a person waits for who asked for new shares. */
export function sharingStep(sharing: GroupView['sharing']): string {
  if (sharing === null) return 'Asking the members'
  if (sharing.ready) return 'Waiting for the next term'
  return sharing.round === 0
    ? 'Sharing the key anew'
    : `Sharing the key anew, round ${sharing.round} of ${SHARING_ROUNDS}`
}

/** The numbers of members' shares, in the order of the list. */
export function sharesOf(addresses: readonly string[], members: readonly GroupMemberView[]): string {
  return addresses.map((each) => members.find(({ address }) => address === each)?.index ?? each).join(' ')
}

/** Most that the transaction pays for a unit of gas, its tip, and for a unit of blob gas. */
export function feesOf({ chain, fees, kind }: GroupRequestView): string {
  if (chain === 'l2') return 'fixed'
  if (fees === null) return 'being agreed'
  const blobs = kind === 'blobs' ? `, blobs ${gwei(fees.maxFeePerBlobGas)}` : ''
  return `${gwei(fees.maxFeePerGas)}, tip ${gwei(fees.maxPriorityFeePerGas)}${blobs}`
}

/** Who signs a request now. */
export function progressOf({ chain, session, signed }: GroupRequestView, members: readonly GroupMemberView[]): string {
  if (session === null && !signed) return 'waits for fees'
  if (session === null) return chain === 'l2' ? 'signed, for the first block of its term' : 'signed, on its way'
  if (session.signers.length === 0) return `session ${session.number}, nobody can sign now`
  return `session ${session.number}, shares ${sharesOf(session.signers, members)}`
}
