import { bytesToHex, fromBigEndian, keccak256, utf8 } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address } from '../../../src/core/types/hex.js'

/** Who may do what on L1, as the contracts keep it. A value: a call gives the next one. */
export interface Roles {
  owners: ReadonlyMap<Address, Address>
  /** Of state roots, and of rewards. */
  proposer: Address
  mpc: Address
  /** Of batches, from a block of L1 on; the last one that has begun counts. */
  inbox: readonly { from: number; sender: Address }[]
}

const selector = (signature: string) => keccak256(utf8(signature)).slice(0, 10)
const OWN = selector('transferOwnership(address)')
const UPDATE_MPC = selector('updateMpc(address)')
const SET_ADDRESS = selector('setAddress(string,address)')
const SET_INBOX = selector('setInboxSenders(uint256,(uint8,address)[])')

export function genesisRoles({ group, l1 }: Genesis): Roles {
  const { addressManager = '0x', inboxSenderManager = '0x', others = [] } = l1.owned ?? {}
  const owned = [addressManager, inboxSenderManager, ...others, l1.lockingPool]
  const { address } = group
  return {
    owners: new Map(owned.map((each) => [each, address])),
    proposer: address,
    mpc: address,
    inbox: [{ from: 0, sender: address }],
  }
}

export const inboxSender = ({ inbox }: Roles, block: number): Address | undefined =>
  inbox.filter(({ from }) => from <= block).at(-1)?.sender

/** After a call that only an owner may make; undefined where it reverts. */
export function ruled(
  roles: Roles,
  genesis: Genesis,
  call: { from: Address; to: Address; data: Uint8Array },
): Roles | undefined {
  const { from, to, data } = call
  const word = (i: number) => data.subarray(4 + 32 * i, 36 + 32 * i)
  const address = (i: number) => bytesToHex(word(i).subarray(12))
  const number = (i: number) => Number(fromBigEndian(word(i)))
  const { addressManager, inboxSenderManager } = genesis.l1.owned ?? {}
  if (roles.owners.get(to) !== from) return undefined
  switch (bytesToHex(data.subarray(0, 4))) {
    case OWN:
      return { ...roles, owners: new Map([...roles.owners, [to, address(0)]]) }
    case UPDATE_MPC:
      return to === genesis.l1.lockingPool ? { ...roles, mpc: address(0) } : undefined
    case SET_ADDRESS:
      return to === addressManager ? { ...roles, proposer: address(1) } : undefined
    case SET_INBOX: {
      const next = { from: number(0), sender: address(4) }
      const isLater = next.from > (roles.inbox.at(-1)?.from ?? 0)
      const isBoth = number(2) === 2 && [3, 5].every((i, kind) => number(i) === kind) && address(6) === next.sender
      return to === inboxSenderManager && isLater && isBoth ? { ...roles, inbox: [...roles.inbox, next] } : undefined
    }
    default:
      return undefined
  }
}
