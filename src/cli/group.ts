import { formatMetis } from '../core/staking/amount.js'
import type { GroupMemberView, GroupRequestView, GroupView } from '../node/index.js'

/** A time of the record for a person: UTC, to the second. */
export const clockOf = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19)

/** Exactly, in gwei. */
const gwei = (wei: string): string => formatMetis(BigInt(wei) * 10n ** 9n)

/** Whether the group can sign, and what an operator should know of that. */
export function healthOf({ able, members, threshold }: GroupView): string {
  const spare = able - threshold
  const all =
    members.length <= 3 ? ' With three members or fewer all of them have to be there: nobody may be missing.' : ''
  if (spare < 0)
    return `cannot sign: ${able} of ${members.length} members are there, ${threshold} are needed. It goes on by itself when enough are back.${all}`
  const margin = spare === 0 ? 'at the limit, nobody more may be missing' : `healthy, ${spare} more may be missing`
  return `${margin}: ${able} of ${members.length} members can sign, ${threshold} are needed.${all}`
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

/** A sharing that is under way. */
export function sharingLine({
  done,
  failed,
  generation,
  members,
  ready,
  round,
}: NonNullable<GroupView['sharing']>): string {
  const names = failed.length === 0 ? '' : ` Named as failed: ${failed.join(', ')}.`
  if (ready)
    return `sharing ${generation} among ${members.length} members is made, and comes into force with the next term.${names}`
  return `sharing ${generation} among ${members.length} members, round ${round} of 4; ${done.length} have their share and have signed with it.${names}`
}

/** Most that the transaction pays for a unit of gas, its tip, and for a unit of blob gas. */
export function feesOf({ chain, fees, kind }: GroupRequestView): string {
  if (chain === 'l2') return 'fixed'
  if (fees === null) return 'being agreed'
  const blobs = kind === 'blobs' ? `, blobs ${gwei(fees.maxFeePerBlobGas)}` : ''
  return `${gwei(fees.maxFeePerGas)}, tip ${gwei(fees.maxPriorityFeePerGas)}${blobs}`
}

/** Who signs a request now. */
export function progressOf({ session, signed }: GroupRequestView, members: readonly GroupMemberView[]): string {
  if (session === null) return signed ? 'signed, on its way' : 'waits for fees'
  const indices = session.signers.map((each) => members.find(({ address }) => address === each)?.index ?? each)
  return indices.length === 0 ? 'nobody can sign now' : `session ${session.number}, shares ${indices.join(' ')}`
}
