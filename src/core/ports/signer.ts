import type { Address, Hash, Hex } from '../types/hex.js'

/** An EIP-1559 transaction before it is signed; fees in wei a unit of gas. */
export interface UnsignedTransaction {
  chainId: bigint
  nonce: number
  to: Address
  /** wei */
  value: bigint
  data: Hex
  gasLimit: bigint
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** Whoever holds a key: a keystore, a device. A plain object, so that tests and adapters can make their own. */
export interface Signer {
  readonly address: Address
  /** The signed transaction, ready to be broadcast. */
  signTransaction(transaction: UnsignedTransaction): Promise<Hex>
  /** An EIP-191 signature of `message` as 65 bytes. */
  signMessage(message: string): Promise<Hex>
  /** A signature of a bare digest as 65 bytes; absent where the holder refuses to sign what it can't read. */
  signDigest?(digest: Hash): Promise<Hex>
}
