import { type ByteReader, type ByteWriter, rlpDecodeAt, rlpEncode } from '../codec/index.js'
import { readBits, writeBits } from './bits.js'
import { type ColumnType, checkBody, type TransactionColumns } from './transaction.js'

/**
 * Writes transactions column by column in the order of a span batch: contract-creation bits, y-parity bits, (r, s),
 * targets, bodies, nonces, gas limits, protected bits of the legacy ones.
 */
export function writeColumns(writer: ByteWriter, transactions: readonly TransactionColumns[]): void {
  writer.bytes(writeBits(transactions.map(({ to }) => to.length === 0)))
  writer.bytes(writeBits(transactions.map(({ yParity }) => yParity)))
  for (const { r, s } of transactions) writer.bytes(r).bytes(s)
  for (const { to } of transactions) writer.bytes(to)
  for (const { type, body } of transactions) {
    if (type !== 0) writer.byte(type)
    writer.bytes(rlpEncode(body))
  }
  for (const { nonce } of transactions) writer.varint(nonce)
  for (const { gas } of transactions) writer.varint(gas)
  const legacy = transactions.filter(({ type }) => type === 0)
  writer.bytes(writeBits(legacy.map(({ isProtected }) => isProtected)))
}

/** The mirror of `writeColumns` for `count` transactions. The caller has bounded `count` by the bytes that remain. */
export function readColumns(reader: ByteReader, count: number): TransactionColumns[] {
  const creations = readBits(reader, count, 'contract-creation bits')
  const parities = readBits(reader, count, 'y-parity bits')
  const signatures = creations.map(() => ({ r: reader.take(32, 'r'), s: reader.take(32, 's') }))
  const targets = creations.map((creation) => reader.take(creation ? 0 : 20, 'target'))
  const bodies = creations.map(() => readBody(reader))
  const nonces = creations.map(() => reader.varint('nonce'))
  const gases = creations.map(() => reader.varint('gas limit'))
  const legacy = bodies.reduce((sum, { type }) => sum + (type === 0 ? 1 : 0), 0)
  const protections = readBits(reader, legacy, 'protected bits')[Symbol.iterator]()
  return bodies.map(({ type, body }, i) => ({
    type,
    body,
    to: targets[i] ?? new Uint8Array(),
    yParity: parities[i] ?? false,
    r: signatures[i]?.r ?? new Uint8Array(32),
    s: signatures[i]?.s ?? new Uint8Array(32),
    nonce: nonces[i] ?? 0n,
    gas: gases[i] ?? 0n,
    isProtected: type !== 0 || protections.next().value === true,
  }))
}

function readBody(reader: ByteReader): Pick<TransactionColumns, 'type' | 'body'> {
  const rest = reader.peek()
  const first = rest[0] ?? 0
  const type = columnType(first)
  if (type === undefined) throw reader.fail(`the transaction at offset ${reader.offset} has the type ${first}`)
  const { item, end } = rlpDecodeAt(rest, type === 0 ? 0 : 1, reader.fail)
  reader.take(end, 'transaction body')
  return { type, body: checkBody(type, item, reader.fail) }
}

function columnType(first: number): ColumnType | undefined {
  if (first >= 0xc0) return 0
  return first === 1 || first === 2 ? first : undefined
}
