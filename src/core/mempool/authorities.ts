import { concatBytes, hexToBytes, keccakBytes, rlpEncode } from '../codec/index.js'
import type { Authorization } from '../ports/calls.js'
import type { Transaction } from '../ports/execution.js'
import type { Address } from '../types/hex.js'

/** The account that signed `digest` with r, s and a parity of 0 or 1 (65 bytes); undefined where none can have. */
export type RecoverAddress = (digest: Uint8Array, signature: Uint8Array) => Address | undefined

/** First byte of what an authorization signs (EIP-7702). */
const MAGIC = Uint8Array.of(5)

/**
 * The accounts whose code `tx` changes if its authorizations hold (EIP-7702), each once. An authorization for another chain, or that
 * nobody signed, names none; whether its nonce holds shows when it is executed.
 */
export function authoritiesOf(
  tx: Pick<Transaction, 'authorizationList'>,
  chainId: number,
  recover: RecoverAddress,
): Address[] {
  const found = new Set<Address>()
  for (const authorization of tx.authorizationList ?? []) {
    if (authorization.chainId !== 0n && authorization.chainId !== BigInt(chainId)) continue
    const authority =
      authorization.yParity > 1 ? undefined : recover(digestOf(authorization), signatureOf(authorization))
    if (authority !== undefined) found.add(authority)
  }
  return [...found]
}

function digestOf({ chainId, address, nonce }: Authorization): Uint8Array {
  return keccakBytes(concatBytes(MAGIC, rlpEncode([chainId, hexToBytes(address, 20), nonce])))
}

function signatureOf({ r, s, yParity }: Authorization): Uint8Array {
  return concatBytes(hexToBytes(r, 32), hexToBytes(s, 32), Uint8Array.of(yParity))
}

/** How often accounts are named by authorizations that wait. */
export class PendingAuthorities {
  readonly #counts = new Map<Address, number>()

  has(address: Address): boolean {
    return this.#counts.has(address)
  }

  add(authorities: readonly Address[]): void {
    for (const each of authorities) this.#counts.set(each, (this.#counts.get(each) ?? 0) + 1)
  }

  remove(authorities: readonly Address[]): void {
    for (const each of authorities) {
      const left = (this.#counts.get(each) ?? 0) - 1
      if (left > 0) this.#counts.set(each, left)
      else this.#counts.delete(each)
    }
  }
}
