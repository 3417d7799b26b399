import { bytesToHex, hexToBytes, keccakBytes, utf8 } from '../codec/index.js'
import type { Address, Hex } from '../types/hex.js'

/** `approve(address,uint256)` of the METIS token; `amount` in wei (ERC-20). */
export function encodeApprove(spender: Address, amount: bigint): Hex {
  return call('approve(address,uint256)', [addressWord(spender), word(amount)])
}

/** `lockFor` of LockingPool; `amount` in wei, `pubkey` of 64 bytes. */
export function encodeLockFor(signer: Address, amount: bigint, pubkey: Hex): Hex {
  return call('lockFor(address,uint256,bytes)', [addressWord(signer), word(amount), word(96n), ...bytesTail(pubkey)])
}

/** `lockWithRewardRecipient` of LockingPool; `recipient` gets the rewards on L2. */
export function encodeLockWithRewardRecipient(signer: Address, recipient: Address, amount: bigint, pubkey: Hex): Hex {
  return call('lockWithRewardRecipient(address,address,uint256,bytes)', [
    addressWord(signer),
    addressWord(recipient),
    word(amount),
    word(128n),
    ...bytesTail(pubkey),
  ])
}

/** `relock` of LockingPool; `amount` in wei, `lockReward` adds all of the reward. */
export function encodeRelock(id: bigint, amount: bigint, lockReward: boolean): Hex {
  return call('relock(uint256,uint256,bool)', [word(id), word(amount), word(lockReward ? 1n : 0n)])
}

/** `withdraw` of LockingPool; `amount` in wei. */
export function encodeWithdraw(id: bigint, amount: bigint): Hex {
  return call('withdraw(uint256,uint256)', [word(id), word(amount)])
}

/** `withdrawRewards` of LockingPool. L2 gas 0 takes the bridge's minimum, as in the two below. */
export function encodeWithdrawRewards(id: bigint): Hex {
  return call('withdrawRewards(uint256,uint32)', [word(id), word(0n)])
}

/** `unlock` of LockingPool. */
export function encodeUnlock(id: bigint): Hex {
  return call('unlock(uint256,uint32)', [word(id), word(0n)])
}

/** `unlockClaim` of LockingPool. */
export function encodeUnlockClaim(id: bigint): Hex {
  return call('unlockClaim(uint256,uint32)', [word(id), word(0n)])
}

/** `setSequencerRewardRecipient` of LockingPool. */
export function encodeSetRewardRecipient(id: bigint, recipient: Address): Hex {
  return call('setSequencerRewardRecipient(uint256,address)', [word(id), addressWord(recipient)])
}

/** `setSequencerOwner` of LockingPool. */
export function encodeSetOwner(id: bigint, owner: Address): Hex {
  return call('setSequencerOwner(uint256,address)', [word(id), addressWord(owner)])
}

/** `updateSigner` of LockingPool; `pubkey` of 64 bytes. */
export function encodeUpdateSigner(id: bigint, pubkey: Hex): Hex {
  return call('updateSigner(uint256,bytes)', [word(id), word(64n), ...bytesTail(pubkey)])
}

/** Selector and words (contract ABI specification, formal encoding). */
function call(signature: string, words: readonly string[]): Hex {
  return `${bytesToHex(keccakBytes(utf8(signature)).subarray(0, 4))}${words.join('')}`
}

function word(value: bigint): string {
  return value.toString(16).padStart(64, '0')
}

function addressWord(address: Address): string {
  return bytesToHex(hexToBytes(address, 20)).slice(2).padStart(64, '0')
}

function bytesTail(data: Hex): string[] {
  const bytes = hexToBytes(data)
  const padded = data.slice(2).toLowerCase()
  return [word(BigInt(bytes.length)), padded.padEnd(Math.ceil(padded.length / 64) * 64, '0')]
}
