import { bytesToHex, fromBigEndian, keccak256, utf8 } from '../../../src/core/codec/index.js'
import type { Address } from '../../../src/core/types/hex.js'

interface Epoch {
  signer: Address
  start: number
  end: number
}

/** `MetisSequencerSet` as its Solidity text says it, for the calls of openings. A value: a call gives the next one. */
export interface SequencerSet {
  owner: Address
  mpc: Address
  epochLength: number
  current: number
  epochs: readonly Epoch[]
}

export function genesisSet(group: Address, signer: Address, epochLength: number): SequencerSet {
  const epochs = [{ signer, start: 0, end: epochLength - 1 }]
  return { owner: group, mpc: group, epochLength, current: 0, epochs }
}

const selector = (signature: string) => keccak256(utf8(signature)).slice(0, 10)
const COMMIT = selector('commitEpoch(uint256,uint256,uint256,address)')
const RECOMMIT = selector('recommitEpoch(uint256,uint256,uint256,uint256,address)')
const UPDATE_MPC = selector('UpdateMpcAddress(address)')
const OWN = selector('transferOwnership(address)')
const UPDATE_LENGTH = selector('UpdateEpochLength(uint256)')

/** The contract after a call in block `number`; undefined where it reverts. */
export function called(set: SequencerSet, from: Address, data: Uint8Array, number: number): SequencerSet | undefined {
  const words = Array.from({ length: Math.floor((data.length - 4) / 32) }, (_, i) =>
    data.subarray(4 + 32 * i, 36 + 32 * i),
  )
  const numbers = words.map((word) => Number(fromBigEndian(word)))
  const address = (i: number) => bytesToHex((words[i] ?? new Uint8Array(32)).subarray(12))
  const at = (i: number) => numbers[i] ?? 0
  switch (bytesToHex(data.subarray(0, 4))) {
    case COMMIT:
      if (from !== set.mpc) return undefined
      return commit(set, { id: at(0), start: at(1), end: at(2), signer: address(3) }, number)
    case RECOMMIT:
      if (from !== set.mpc || at(2) !== number) return undefined
      return recommit(set, at(0), { id: at(1), start: at(2), end: at(3), signer: address(4) }, number)
    case UPDATE_MPC:
      return from === set.owner && at(0) !== 0 ? { ...set, mpc: address(0) } : undefined
    case OWN:
      return from === set.owner ? { ...set, owner: address(0) } : undefined
    case UPDATE_LENGTH:
      return (from === set.mpc || from === set.owner) && at(0) > 0 ? { ...set, epochLength: at(0) } : undefined
    default:
      return undefined
  }
}

type New = Epoch & { id: number }

function commit(set: SequencerSet, { id, ...epoch }: New, number: number): SequencerSet | undefined {
  const { current, epochs, epochLength } = set
  if (current > 1 && (epochs[current - 1]?.end ?? 0) >= number) return undefined
  const follows = id === current + 1 && epoch.start === (epochs[current]?.end ?? 0) + 1
  if (!follows || epoch.end <= epoch.start || epoch.end - epoch.start + 1 !== epochLength) return undefined
  return { ...set, current: id, epochs: [...epochs, epoch] }
}

function recommit(set: SequencerSet, old: number, { id, ...epoch }: New, number: number): SequencerSet | undefined {
  const { current, epochs } = set
  const last = epochs[old]
  if (last === undefined || epoch.end <= epoch.start) return undefined
  if (old === current) {
    if (last.start >= number || id !== current + 1) return undefined
    return { ...set, current: id, epochs: [...epochs.slice(0, old), { ...last, end: number - 1 }, epoch] }
  }
  if (old + 1 !== current || id !== current || (epochs[current]?.start ?? 0) < number) return undefined
  return { ...set, epochs: [...epochs.slice(0, old), { ...last, end: Math.min(last.end, number - 1) }, epoch] }
}
