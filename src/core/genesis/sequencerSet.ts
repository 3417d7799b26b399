import { bigEndian, bytesToHex, concatBytes, hexToBytes, keccak256 } from '../codec/index.js'
import { MetisSeqError } from '../errors/index.js'
import type { Address, Hex } from '../types/hex.js'

/** Where `MetisSequencerSet` lies on networks of ours; the live networks have addresses of their own. */
export const SEQUENCER_SET_ADDRESS: Address = '0x4200000000000000000000000000000000000110'

/** Storage slots of `MetisSequencerSet` (OpenZeppelin upgradeable layout), the same as on the live network. */
export const sequencerSetSlots = {
  initialized: 0n,
  owner: 51n,
  mpcAddress: 101n,
  epochLength: 102n,
  epochs: 103n,
  currentEpochId: 104n,
} as const

export interface SequencerSetGenesis {
  /** Owner of the contract: the group address (rule B6). */
  owner: Address
  /** The group address, which commits epochs. */
  group: Address
  /** Sequencer of epoch 0. */
  firstSequencer: Address
  /** Blocks of an epoch; at least 2 (rule E2). */
  epochLength: bigint
}

export interface EpochSlots {
  number: Hex
  signer: Hex
  startBlock: Hex
  endBlock: Hex
}

/** A slot number or a number stored in one, as 32 bytes. */
export function slotWord(value: bigint): Hex {
  return bytesToHex(bigEndian(value, 32))
}

/** The four slots of `epochs[id]`. */
export function epochSlots(id: bigint): EpochSlots {
  const base = BigInt(keccak256(concatBytes(bigEndian(id, 32), bigEndian(sequencerSetSlots.epochs, 32))))
  const slot = (offset: bigint) => slotWord(BigInt.asUintN(256, base + offset))
  return { number: slot(0n), signer: slot(1n), startBlock: slot(2n), endBlock: slot(3n) }
}

/**
 * Storage of `MetisSequencerSet` at genesis: initialised, epoch 0 from block 0 to `epochLength - 1` (rule E3).
 * Words that are zero (currentEpochId, epoch 0's number and start) are left out: absent means zero, and a state trie
 * must not hold them. Throws `EPOCH_LENGTH_INVALID` below 2 blocks.
 */
export function sequencerSetStorage(genesis: SequencerSetGenesis): Record<Hex, Hex> {
  if (genesis.epochLength < 2n) {
    throw new MetisSeqError(
      'EPOCH_LENGTH_INVALID',
      `An epoch of ${genesis.epochLength} blocks is too short (rule E2).`,
      {
        next: 'Use an epoch length of at least 2 blocks.',
        details: { epochLength: genesis.epochLength.toString() },
      },
    )
  }
  const epoch = epochSlots(0n)
  return {
    [slotWord(sequencerSetSlots.initialized)]: slotWord(1n),
    [slotWord(sequencerSetSlots.owner)]: addressWord(genesis.owner),
    [slotWord(sequencerSetSlots.mpcAddress)]: addressWord(genesis.group),
    [slotWord(sequencerSetSlots.epochLength)]: slotWord(genesis.epochLength),
    [epoch.signer]: addressWord(genesis.firstSequencer),
    [epoch.endBlock]: slotWord(genesis.epochLength - 1n),
  }
}

function addressWord(address: Address): Hex {
  return bytesToHex(concatBytes(new Uint8Array(12), hexToBytes(address, 20)))
}
