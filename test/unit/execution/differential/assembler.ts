import { bytesToHex, concatAll, hexToBytes, minimalBigEndian } from '../../../../src/core/codec/index.js'
import type { Hex } from '../../../../src/core/types/hex.js'

/** Opcodes of Osaka by name, as the yellow paper and the EIPs have them; PUSH, DUP, SWAP and LOG are functions below. */
const NAMES: readonly (readonly [first: number, names: string])[] = [
  [0x00, 'STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND'],
  [0x10, 'LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR CLZ'],
  [0x20, 'SHA3'],
  [0x30, 'ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE'],
  [0x3b, 'EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH'],
  [0x40, 'BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH BLOBBASEFEE'],
  [0x50, 'POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0'],
  [0xf0, 'CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2'],
  [0xfa, 'STATICCALL'],
  [0xfd, 'REVERT INVALID SELFDESTRUCT'],
]
const OPCODES = new Map(
  NAMES.flatMap(([first, names]) => names.split(' ').map((name, i) => [name, first + i] as const)),
)

/** A piece of code: opcodes by name (several, with blanks between them), a number to push, or bytes as they are. */
export type Piece = string | number | bigint | Uint8Array | readonly Piece[]

/** The bytes of `pieces`. `:name` marks a place, `@name` pushes it (two bytes). */
export function assemble(...pieces: Piece[]): Uint8Array {
  const parts: Uint8Array[] = []
  const marks = new Map<string, number>()
  const uses: [part: Uint8Array, name: string][] = []
  let at = 0
  const add = (part: Uint8Array) => {
    parts.push(part)
    at += part.length
  }
  const word = (text: string) => {
    if (text.startsWith(':')) {
      marks.set(text.slice(1), at)
      return add(op('JUMPDEST'))
    }
    if (!text.startsWith('@')) return add(op(text))
    const part = Uint8Array.of(0x61, 0, 0)
    uses.push([part, text.slice(1)])
    add(part)
  }
  const visit = (piece: Piece): void => {
    if (typeof piece === 'string') piece.split(' ').forEach(word)
    else if (piece instanceof Uint8Array) add(piece)
    else if (typeof piece === 'object') piece.forEach(visit)
    else add(push(piece))
  }
  pieces.forEach(visit)
  for (const [part, name] of uses) {
    const mark = marks.get(name)
    if (mark === undefined) throw new Error(`there is no mark ${name}`)
    part.set([mark >> 8, mark & 0xff], 1)
  }
  return concatAll(parts)
}

/** Init code that leaves `runtime` behind. */
export function deploying(runtime: Uint8Array): Uint8Array {
  const copy = (offset: number) => assemble(runtime.length, 'DUP1', offset, 'PUSH0 CODECOPY PUSH0 RETURN')
  return concatAll([copy(copy(99).length), runtime])
}

/** Code that writes `bytes` to memory from offset 0 on. */
export function toMemory(bytes: Uint8Array): Piece {
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length; at += 32) {
    const word = new Uint8Array(32)
    word.set(bytes.subarray(at, at + 32))
    pieces.push([BigInt(bytesToHex(word)), at, 'MSTORE'])
  }
  return pieces
}

/** Pushes an address. */
export function address(hex: Hex): Piece {
  return [Uint8Array.of(0x73), hexToBytes(hex, 20)]
}

function op(name: string): Uint8Array {
  const numbered = /^(DUP|SWAP|LOG)(\d+)$/.exec(name)
  if (numbered !== null) {
    const first = { DUP: 0x7f, SWAP: 0x8f, LOG: 0xa0 }[numbered[1] as 'DUP' | 'SWAP' | 'LOG']
    return Uint8Array.of(first + Number(numbered[2]))
  }
  const code = OPCODES.get(name)
  if (code === undefined) throw new Error(`there is no opcode ${name}`)
  return Uint8Array.of(code)
}

function push(value: number | bigint): Uint8Array {
  const bytes = minimalBigEndian(value)
  return bytes.length === 0 ? op('PUSH0') : concatAll([Uint8Array.of(0x5f + bytes.length), bytes])
}
