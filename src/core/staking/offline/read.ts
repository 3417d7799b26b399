import { hexToBytes, isHex, type Malformed, shape } from '../../codec/index.js'
import type { UnsignedTransaction } from '../../ports/signer.js'
import type { Address, Hex } from '../../types/hex.js'
import { VERSION } from './documents.js'
import { decodeUnsigned } from './unsigned.js'

const MAX_TRANSACTIONS = 100
const MAX_TITLE = 300
const NETWORK = /^[a-z0-9-]{0,40}$/

/** Transactions to be signed; `network` is empty and `from` undefined where the file was one bare transaction. */
export interface ReadUnsigned {
  readonly network: string
  readonly chainId: bigint
  readonly from: Address | undefined
  readonly transactions: readonly { readonly title: string; readonly transaction: UnsignedTransaction }[]
}

/** Transactions to be sent. */
export interface ReadSigned {
  readonly network: string
  readonly from: Address | undefined
  readonly transactions: readonly { readonly title?: string; readonly raw: Hex }[]
}

/** The content of a file: JSON, or a bare transaction in hex. */
export function documentOf(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed.startsWith('0x')) return trimmed
  try {
    return JSON.parse(trimmed)
  } catch {
    return undefined // which no reader takes
  }
}

/** Reads what `exportPlan` made, or one bare unsigned transaction in hex. */
export function readUnsigned(value: unknown, fail: Malformed): ReadUnsigned {
  if (typeof value === 'string') {
    const transaction = decodeUnsigned(bytesOf(value, fail), fail)
    const { chainId, to } = transaction
    return { network: '', chainId, from: undefined, transactions: [{ title: `call ${to}`, transaction }] }
  }
  const { network, chainId, from, items } = envelope(value, 'unsigned', fail)
  const transactions = items.map(({ title, unsigned, nonce }, i) => {
    const transaction = decodeUnsigned(bytesOf(unsigned, fail), fail)
    if (transaction.chainId !== chainId) throw fail(`transaction ${i + 1} is for the chain ${transaction.chainId}`)
    if (transaction.nonce !== nonce) throw fail(`transaction ${i + 1} has the nonce ${transaction.nonce}`)
    return { title: titleOf(title, fail), transaction }
  })
  return { network, chainId, from, transactions }
}

/** Reads what `tx sign` made, or one bare signed transaction in hex; whose it is stands in the signature. */
export function readSignedFile(value: unknown, fail: Malformed): ReadSigned {
  if (typeof value === 'string') return { network: '', from: undefined, transactions: [{ raw: hexOf(value, fail) }] }
  const { network, from, items } = envelope(value, 'signed', fail)
  return {
    network,
    from,
    transactions: items.map(({ title, raw }) => ({ title: titleOf(title, fail), raw: hexOf(raw, fail) })),
  }
}

function envelope(value: unknown, wanted: 'unsigned' | 'signed', fail: Malformed) {
  const { kind, version, network, chainId, from, transactions } = (value ?? {}) as Record<string, unknown>
  if (kind !== wanted) throw fail(`its "kind" is not "${wanted}"`)
  if (version !== VERSION) throw fail(`its "version" is not ${VERSION}`)
  if (typeof network !== 'string' || !NETWORK.test(network)) throw fail('its "network" is not a name')
  if (!Array.isArray(transactions) || transactions.length === 0 || transactions.length > MAX_TRANSACTIONS) {
    throw fail(`it does not hold 1 to ${MAX_TRANSACTIONS} transactions`)
  }
  const items = transactions.map((item) => (item ?? {}) as Record<string, unknown>)
  return {
    network,
    chainId: shape.wholeNumber(chainId, 'its "chainId"', fail),
    from: shape.address(from, 'from', fail),
    items,
  }
}

function titleOf(value: unknown, fail: Malformed): string {
  // Escape sequences and changes of direction would let a file paint over what is shown before it is signed.
  if (typeof value === 'string' && value.length <= MAX_TITLE && !/[\p{Cc}\p{Cf}]/u.test(value)) return value
  throw fail('a title is not a short, plain text')
}

function hexOf(value: unknown, fail: Malformed): Hex {
  if (typeof value === 'string' && isHex(value)) return value
  throw fail('a transaction is not hex')
}

function bytesOf(value: unknown, fail: Malformed): Uint8Array {
  return hexToBytes(hexOf(value, fail))
}
