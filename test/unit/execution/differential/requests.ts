import { CONSOLIDATION_REQUESTS, WITHDRAWAL_REQUESTS } from '../../../../src/core/chain/systemContracts.js'
import { bytesToHex, concatAll, concatBytes, hexToBytes, sha256 } from '../../../../src/core/codec/index.js'
import type { Receipt } from '../../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../../src/core/types/hex.js'

/** Bytes of source address and key in a withdrawal request; its amount follows, big endian in the log, little in the request. */
const HEAD = 20 + 48

/**
 * The requests that a chain's blocks hold, told from the logs of their system contracts alone: each takes what was asked
 * for and gives it out in order, 16 withdrawals (EIP-7002) and 2 consolidations (EIP-7251) a block.
 */
export class RequestQueue {
  #withdrawals: Uint8Array[] = []
  #consolidations: Uint8Array[] = []

  copy(): RequestQueue {
    const copy = new RequestQueue()
    copy.#withdrawals = [...this.#withdrawals]
    copy.#consolidations = [...this.#consolidations]
    return copy
  }

  /** The requests of the next block, which has these receipts: each its type and its data (EIP-7685). */
  take(receipts: readonly Receipt[]): Uint8Array[] {
    this.#withdrawals.push(...logged(receipts, WITHDRAWAL_REQUESTS).map(turned))
    this.#consolidations.push(...logged(receipts, CONSOLIDATION_REQUESTS))
    const lists = [this.#withdrawals.splice(0, 16), this.#consolidations.splice(0, 2)]
    return lists.flatMap((list, i) => (list.length === 0 ? [] : [concatAll([Uint8Array.of(i + 1), ...list])]))
  }
}

/** The requests hash of a header (EIP-7685). */
export function requestsHash(requests: readonly Uint8Array[]): Hash {
  return bytesToHex(sha256(concatAll(requests.map((request) => sha256(request)))))
}

function logged(receipts: readonly Receipt[], contract: Address): Uint8Array[] {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  return logs.filter(({ address }) => address === contract).map(({ data }) => hexToBytes(data))
}

function turned(log: Uint8Array): Uint8Array {
  return concatBytes(log.subarray(0, HEAD), log.slice(HEAD).reverse())
}
