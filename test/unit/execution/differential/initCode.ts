import type { Address } from '../../../../src/core/types/hex.js'
import { address, assemble, deploying } from './assembler.js'
import type { Dice } from './dice.js'

/** What a program may meet. */
export interface Surroundings {
  /** Accounts and contracts worth a call or a look. */
  targets: readonly Address[]
}

/** A contract that counts its calls, and destroys itself in favour of the address that it is sent. */
export const KILLABLE = assemble(
  'CALLDATASIZE @kill JUMPI PUSH0 SLOAD',
  1,
  'ADD PUSH0 SSTORE STOP :kill PUSH0 CALLDATALOAD SELFDESTRUCT',
)

/** Short init code, of which a few sorts come again and again, so that addresses of CREATE2 meet. */
export function oddInitCode(dice: Dice, around: Surroundings): Uint8Array {
  return dice.weighted<() => Uint8Array>([
    [5, () => deploying(KILLABLE)],
    // Made and destroyed at once (EIP-6780), with and without storage.
    [2, () => assemble('CALLER SELFDESTRUCT')],
    [2, () => assemble('ADDRESS SELFDESTRUCT')],
    [2, () => assemble(7, 1, 'SSTORE', address(dice.pick(around.targets)), 'SELFDESTRUCT')],
    // Code that begins with 0xef must not be (EIP-3541).
    [1, () => deploying(Uint8Array.of(0xef, 1, 0))],
    [1, () => deploying(Uint8Array.of(0xef))],
    [1, () => assemble(0xdead, 'PUSH0 MSTORE', 32, 'PUSH0 REVERT')],
    [1, () => assemble('INVALID')],
    [1, () => new Uint8Array(0)],
    [1, () => assemble(3, 1, 'SSTORE', 9, 2, 'TSTORE STOP')],
  ])()
}
