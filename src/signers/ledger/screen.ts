import { checksumAddress } from '../../core/codec/index.js'
import type { UnsignedTransaction } from '../../core/ports/signer.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'
import { isAtLeast } from './state.js'

/** From this version on the app shows the hash of what it signs blindly (its change log, 1.14.0). */
const SHOWS_HASH = '1.14.0'

/** What the device is about to show, for the person to compare. Amounts in wei of ETH. */
export type LedgerScreen =
  | {
      readonly kind: 'transaction'
      readonly path: string
      readonly from: Address
      readonly chainId: bigint
      /** With the capitals of EIP-55, as the device writes it. */
      readonly to: Address
      readonly amount: bigint
      readonly maxFees: bigint
      readonly nonce: number
      /** Whether it is a call that the app cannot read: it warns of blind signing first. */
      readonly blind: boolean
      readonly data: Hex
      /** keccak-256 of the unsigned transaction; null where the app does not show it. */
      readonly hash: Hash | null
    }
  | { readonly kind: 'message'; readonly path: string; readonly from: Address; readonly message: string }
  | { readonly kind: 'address'; readonly path: string; readonly from: Address }

/** What an app of `version` shows of a transaction. `hash`: of its unsigned form. */
export function screenOf(
  { path, address }: { path: string; address: Address },
  { chainId, to, value, gasLimit, maxFeePerGas, nonce, data }: UnsignedTransaction,
  hash: Hash,
  version: string,
): LedgerScreen {
  const blind = data !== '0x'
  return {
    kind: 'transaction',
    path,
    from: address,
    chainId,
    to: checksumAddress(to),
    amount: value,
    maxFees: gasLimit * maxFeePerGas,
    nonce,
    blind,
    data,
    hash: blind && isAtLeast(version, SHOWS_HASH) ? hash : null,
  }
}
