import type { Hex } from '../../../core/types/hex.js'

/** A quantity of JSON-RPC: hexadecimal without leading zeros, zero is 0x0 (EIP-1474). */
export function hexQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}
