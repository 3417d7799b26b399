import { ByteReader, hexToBytes } from '../../../core/codec/index.js'
import { MetisSeqError } from '../../../core/errors/index.js'
import type { Hex } from '../../../core/types/hex.js'

/** Selector of `Error(string)`. */
const ERROR = '0x08c379a0'
/** Selector of `Panic(uint256)`. */
const PANIC = '0x4e487b71'

/** Panic codes of Solidity, in go-ethereum's words. */
const PANICS: Readonly<Record<string, string>> = {
  0: 'generic panic',
  1: 'assert(false)',
  17: 'arithmetic underflow or overflow',
  18: 'division or modulo by zero',
  33: 'enum overflow',
  34: 'invalid encoded storage byte array accessed',
  49: 'out-of-bounds array access; popping on an empty array',
  50: 'out-of-bounds access of an array or bytesN',
  65: 'out of memory',
  81: 'uninitialized function',
}

/** The reason in revert data that Solidity's `require`, `revert` or `assert` made; undefined for any other data. */
export function revertReason(data: Hex): string | undefined {
  const selector = data.slice(0, 10)
  if (selector !== ERROR && selector !== PANIC) return undefined
  const reader = new ByteReader(hexToBytes(data).subarray(4))
  try {
    return selector === PANIC ? panic(reader.uint(32)) : text(reader)
  } catch (error) {
    // Any contract may write these selectors before anything else.
    if (error instanceof MetisSeqError || error instanceof TypeError) return undefined
    throw error
  }
}

function panic(code: bigint): string {
  return PANICS[code.toString()] ?? `unknown panic code: 0x${code.toString(16)}`
}

function text(reader: ByteReader): string | undefined {
  if (reader.uint(32) !== 32n) return undefined
  const length = reader.uint(32)
  if (length > BigInt(reader.remaining)) return undefined
  return new TextDecoder('utf-8', { fatal: true }).decode(reader.take(Number(length)))
}
