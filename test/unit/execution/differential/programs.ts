import { address, assemble, deploying, type Piece, toMemory } from './assembler.js'
import type { Dice } from './dice.js'
import { KILLABLE, oddInitCode, type Surroundings } from './initCode.js'

const LEAVES =
  'ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS'.split(
    ' ',
  )
const UNARY = 'ISZERO NOT CALLDATALOAD BLOBHASH SLOAD TLOAD'.split(' ')
const BINARY = 'ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR'.split(' ')
const OF_ADDRESS = 'BALANCE EXTCODESIZE EXTCODEHASH'.split(' ')

/** A random program: a row of statements, each of which leaves the stack as it found it, and an end. */
export function randomProgram(dice: Dice, around: Surroundings, length = dice.between(2, 14)): Uint8Array {
  return assemble(statements(dice, around, length, 2), ending(dice, around))
}

/** Init code of some kind: it deploys a program, something odd, or nothing. */
export function randomInitCode(dice: Dice, around: Surroundings): Uint8Array {
  return dice.weighted<() => Uint8Array>([
    [8, () => deploying(randomProgram(dice, around))],
    [4, () => assemble(statements(dice, around, dice.between(1, 8), 2), ending(dice, around))],
    [2, () => deploying(KILLABLE)],
    [2, () => oddInitCode(dice, around)],
  ])()
}

function statements(dice: Dice, around: Surroundings, count: number, depth: number): Piece[] {
  return Array.from({ length: count }, () => statement(dice, around, depth))
}

function statement(dice: Dice, around: Surroundings, depth: number): Piece {
  const value = () => expression(dice, around, dice.between(1, 4))
  return dice.weighted<() => Piece>([
    [12, () => [value(), slot(dice), 'SSTORE']],
    [3, () => [0, slot(dice), 'SSTORE']],
    [3, () => [value(), slot(dice), 'TSTORE']],
    [4, () => [value(), place(dice), dice.once(3) ? 'MSTORE8' : 'MSTORE']],
    [2, () => [size(dice), place(dice), place(dice), 'MCOPY']],
    [2, () => copying(dice, around)],
    [4, () => logging(dice, around)],
    [8, () => calling(dice, around)],
    [5, () => creating(dice, around)],
    [3, () => juggling(dice, around)],
    [3, () => (depth > 0 ? branch(value(), assemble(statements(dice, around, dice.between(1, 3), depth - 1))) : [])],
    [2, () => (depth > 0 ? loop(dice, assemble(statements(dice, around, dice.between(1, 2), depth - 1))) : [])],
    [1, () => (dice.once(8) ? [size(dice), far(dice), 'SHA3', slot(dice), 'SSTORE'] : [])],
    [1, () => (dice.once(8) ? [ending(dice, around)] : [])],
    [1, () => (dice.once(15) ? dice.bytes(dice.between(1, 6)) : [])],
  ])()
}

/** Something that leaves one word on the stack. */
function expression(dice: Dice, around: Surroundings, depth: number): Piece {
  const inner = () => expression(dice, around, depth - 1)
  if (depth === 0) return dice.once(2) ? dice.word() : dice.pick(LEAVES)
  return dice.weighted<() => Piece>([
    [4, () => dice.word()],
    [4, () => dice.pick(LEAVES)],
    [6, () => [inner(), inner(), dice.pick(BINARY)]],
    [3, () => [inner(), dice.pick(UNARY)]],
    [3, () => [slot(dice), dice.pick(['SLOAD', 'TLOAD'])]],
    [3, () => [someone(dice, around), dice.pick(OF_ADDRESS)]],
    [2, () => [dice.pick([0, 1, 2, 255, 256, 257, 1000]), 'NUMBER SUB BLOCKHASH']],
    [2, () => [place(dice), 'MLOAD']],
    [2, () => [size(dice), place(dice), 'SHA3']],
    [2, () => [inner(), inner(), inner(), dice.pick(['ADDMOD', 'MULMOD'])]],
  ])()
}

function calling(dice: Dice, around: Surroundings): Piece {
  const kind = dice.weighted([
    [6, 'CALL'],
    [2, 'DELEGATECALL'],
    [2, 'STATICCALL'],
    [1, 'CALLCODE'],
  ] as const)
  const value: Piece = kind === 'CALL' || kind === 'CALLCODE' ? [dice.once(3) ? dice.between(1, 9) : 0] : []
  const gas: Piece = dice.weighted<Piece>([
    [6, 'GAS'],
    [2, dice.between(0, 60_000)],
    [1, [dice.between(1, 3000), 'GAS SUB']],
    [1, 2300],
  ])
  const input: Piece = dice.once(2) ? [expression(dice, around, 1), 0, 'MSTORE'] : []
  const call = [size(dice), place(dice), dice.pick([0, 0, 4, 32, 64, 200]), 0, value, someone(dice, around), gas, kind]
  return [input, call, afterwards(dice)]
}

/** Takes what a call left on the stack, and perhaps what it returned. */
function afterwards(dice: Dice): Piece {
  return dice.weighted<Piece>([
    [3, 'POP'],
    [4, [slot(dice), 'SSTORE']],
    [
      3,
      [slot(dice), 'SSTORE RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY RETURNDATASIZE PUSH0 SHA3', slot(dice), 'SSTORE'],
    ],
    // Beyond the end of what was returned: that fails.
    [dice.once(6) ? 1 : 0, ['POP', 1, 'RETURNDATASIZE PUSH0 RETURNDATACOPY']],
  ])
}

function creating(dice: Dice, around: Surroundings): Piece {
  const code = oddInitCode(dice, around)
  const salted = !dice.once(3)
  const value = dice.once(3) ? dice.between(1, 5) : 0
  const make: Piece = [salted ? dice.below(3) : [], code.length, 0, value, salted ? 'CREATE2' : 'CREATE']
  // The new address is on the stack: it is called without input (it counts) or with one (it destroys itself).
  const poke = (bytes: number): Piece => ['PUSH0 PUSH0', bytes, 'PUSH0 PUSH0 DUP6 GAS CALL POP']
  const after = dice.weighted<Piece>([
    [3, ['DUP1', slot(dice), 'SSTORE']],
    [3, poke(0)],
    [3, [poke(0), poke(32)]],
    [2, [poke(32), poke(0), 'DUP1 BALANCE', slot(dice), 'SSTORE']],
    [1, ['DUP1 EXTCODEHASH', slot(dice), 'SSTORE']],
  ])
  const again: Piece = dice.once(4) ? [toMemory(code), make, slot(dice), 'SSTORE'] : []
  return [toMemory(code), make, after, 'POP', again]
}

/** Words pushed, duplicated and swapped, and taken away again. */
function juggling(dice: Dice, around: Surroundings): Piece {
  const height = dice.between(1, 17)
  const words = Array.from({ length: height }, () => (dice.once(4) ? expression(dice, around, 1) : dice.word()))
  const moves = Array.from({ length: dice.between(0, 6) }, () => `DUP${dice.between(1, Math.min(16, height))}`)
  const swaps = height > 1 ? [`SWAP${dice.between(1, Math.min(16, height - 1))}`] : []
  const pops = Array.from({ length: height + moves.length - 1 }, () => 'POP')
  return [words, moves, swaps, slot(dice), 'SSTORE', pops]
}

function branch(condition: Piece, body: Uint8Array): Piece {
  // PC is that of its own opcode; the jump goes over the body.
  const skip = (distance: number): Piece => ['PC', Uint8Array.of(0x61, distance >> 8, distance & 0xff), 'ADD JUMPI']
  return [condition, 'ISZERO', skip(assemble(skip(0)).length + body.length), body, 'JUMPDEST']
}

/** The body runs a few times: its counter lies below it on the stack. */
function loop(dice: Dice, body: Uint8Array): Piece {
  const check: Piece = [1, 'SWAP1 SUB DUP1']
  // From the opcode PC back to the JUMPDEST, over the push of this distance too.
  const back = 1 + body.length + assemble(check).length + 3
  return [dice.between(1, 4), 'JUMPDEST', body, check, Uint8Array.of(0x61, back >> 8, back & 0xff), 'PC SUB JUMPI POP']
}

function copying(dice: Dice, around: Surroundings): Piece {
  const common: Piece = [size(dice), dice.once(4) ? dice.word() : place(dice), place(dice)]
  const what = dice.pick(['CALLDATACOPY', 'CODECOPY', 'EXTCODECOPY'])
  return what === 'EXTCODECOPY' ? [common, someone(dice, around), what] : [common, what]
}

function logging(dice: Dice, around: Surroundings): Piece {
  const topics = dice.below(5)
  return [Array.from({ length: topics }, () => expression(dice, around, 1)), size(dice), place(dice), `LOG${topics}`]
}

function ending(dice: Dice, around: Surroundings): Piece {
  return dice.weighted<Piece>([
    [6, 'STOP'],
    [3, [size(dice), place(dice), 'RETURN']],
    [2, [size(dice), place(dice), 'REVERT']],
    [1, [someone(dice, around), 'SELFDESTRUCT']],
    [dice.once(3) ? 1 : 0, 'INVALID'],
  ])
}

function someone(dice: Dice, around: Surroundings): Piece {
  return dice.weighted<Piece>([
    [8, address(dice.pick(around.targets))],
    [1, dice.pick(['ADDRESS', 'CALLER', 'ORIGIN', 'COINBASE'])],
    [1, dice.between(0, 0x13)],
    [1, [slot(dice), 'SLOAD']],
  ])
}

const slot = (dice: Dice): Piece => dice.below(6)
const place = (dice: Dice): Piece => (dice.once(200) ? far(dice) : dice.below(70))
const size = (dice: Dice): Piece => (dice.once(200) ? far(dice) : dice.pick([0, 1, 31, 32, 33, 64, 100]))
/** A place in memory that costs, or that nobody can pay. */
const far = (dice: Dice): Piece => dice.pick([5000, 40_000, 2 ** 20, 2 ** 32, 2n ** 64n, 2n ** 255n])
