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
