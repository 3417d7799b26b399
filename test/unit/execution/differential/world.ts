import { systemContracts } from '../../../../src/core/chain/systemContracts.js'
import { bigEndian, bytesToHex, concatAll, hexToBytes } from '../../../../src/core/codec/index.js'
import type { Genesis, GenesisAccount } from '../../../../src/core/genesis/types.js'
import type { Address, Hex } from '../../../../src/core/types/hex.js'
import { makeGenesisBlock } from '../../../../src/node/execution/embedded/index.js'
import { compilePlayground } from '../playground.js'
import { assemble } from './assembler.js'
import { Dice } from './dice.js'
import { KILLABLE } from './initCode.js'
import { randomProgram } from './programs.js'
import { type Key, keyOf } from './sign.js'

export const CHAIN_ID = 59_999
const METIS = 10n ** 18n
const GWEI = 10n ** 9n
/** Time of block 0, in seconds. */
const TIME = 1_700_000_000

/** Accounts with a key and much money, two with little, one whose address holds code (EIP-3607). */
export const WALLETS: readonly Key[] = Array.from({ length: 9 }, (_, i) => keyOf(`wallet ${i}`))
export const POOR: readonly Key[] = [keyOf('poor 0'), keyOf('poor 1')]
export const CODED = keyOf('coded')

const at = (n: number): Address => `0xc0de${n.toString(16).padStart(36, '0')}`
/** Forwards a call: see `probing`. */
export const PROBER = at(1)
/** Calls itself with all gas until it cannot, and counts. */
export const RECURSER = at(2)
/** Makes what it is sent with CREATE2, the first word being the salt, and stores the address. */
export const FACTORY = at(3)
export const PLAYGROUND = at(4)
/** Stores the leading zeros of its input, which Osaka can count (EIP-7939). */
const ZEROS = at(5)
const KILLABLES = [at(0x10), at(0x11), at(0x12)] as const
/** Random programs. */
export const PROGRAMS = Array.from({ length: 24 }, (_, i) => at(0x20 + i))
const DELEGATED = at(0x50)
/** Code that no chain of today lets anybody deploy (EIP-3541), though a genesis may hold it; and code that is no use. */
const ODD: Record<Address, Hex> = {
  [at(0x60)]: '0xef',
  [at(0x61)]: '0xef00',
  [at(0x63)]: '0xfe',
}

/** What a program or a transaction may call from the start. */
export const FIXED_TARGETS: readonly Address[] = [
  PROBER,
  FACTORY,
  PLAYGROUND,
  ZEROS,
  ...KILLABLES,
  ...PROGRAMS,
  DELEGATED,
  ...(Object.keys(ODD) as Address[]),
  ...WALLETS.map(({ address }) => address),
  `0x${'00'.repeat(19)}ff`,
  `0x${'fa'.repeat(20)}`,
]

/** Input of the prober: it calls `to` in a way, with a gas limit (0: all) and value, stores and logs the outcome. */
export function probing(kind: 0 | 1 | 2 | 3, to: Address, gas: number, value: number, input: Uint8Array): Hex {
  const target = bigEndian(BigInt(to), 32)
  target[0] = kind
  return bytesToHex(concatAll([target, bigEndian(gas, 32), bigEndian(value, 32), input]))
}

const prober = () => {
  const memory = ['PUSH0 PUSH0', 96, 'CALLDATASIZE SUB PUSH0']
  const target = ['PUSH0 CALLDATALOAD', 2n ** 160n - 1n, 'AND']
  const gas = [32, 'CALLDATALOAD DUP1 @given JUMPI POP GAS :given']
  const kinds = ['CALLCODE', 'DELEGATECALL', 'STATICCALL'].map((kind, i) => {
    const value = kind === 'CALLCODE' ? [64, 'CALLDATALOAD'] : []
    const given = `given${i}`
    const itsGas = [32, `CALLDATALOAD DUP1 @${given} JUMPI POP GAS :${given}`]
    return [`:kind${i}`, memory, value, target, itsGas, `${kind} @done JUMP`]
  })
  return assemble(
    [96, 'CALLDATASIZE LT @short JUMPI'],
    [96, 'DUP1 CALLDATASIZE SUB SWAP1 PUSH0 CALLDATACOPY'],
    [0, 1, 2].map((i) => [i + 1, 'PUSH0 CALLDATALOAD', 248, `SHR EQ @kind${i} JUMPI`]),
    [memory, 64, 'CALLDATALOAD', target, gas, 'CALL @done JUMP'],
    kinds,
    // Success to slot 0, the hash and size of what came back to 1 and 2, all of it into a log.
    [':done DUP1 PUSH0 SSTORE RETURNDATASIZE PUSH0 PUSH0 RETURNDATACOPY RETURNDATASIZE PUSH0 SHA3', 1, 'SSTORE'],
    ['RETURNDATASIZE', 2, 'SSTORE RETURNDATASIZE PUSH0 LOG1 :short STOP'],
  )
}

/** Counts in a slot before it calls itself, and in a transient one afterwards. */
const recurser = () => {
  const count = (slot: number) => [1, slot, 'SLOAD ADD', slot, 'SSTORE']
  return assemble(count(0), 'PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 ADDRESS GAS CALL POP', 1, 1, 'TLOAD ADD', 1, 'TSTORE STOP')
}

const factory = () =>
  assemble(
    [32, 'CALLDATASIZE LT @end JUMPI'],
    [32, 'DUP1 CALLDATASIZE SUB SWAP1 PUSH0 CALLDATACOPY PUSH0 CALLDATALOAD', 32, 'CALLDATASIZE SUB PUSH0 CALLVALUE'],
    'CREATE2 DUP1 PUSH0 SSTORE PUSH0 MSTORE PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 MLOAD GAS CALL POP',
    // Destroyed in the transaction that made it when the salt is odd.
    [
      'PUSH0 CALLDATALOAD',
      1,
      'AND ISZERO @end JUMPI PUSH0 PUSH0',
      32,
      'PUSH0 PUSH0 PUSH0 MLOAD GAS CALL POP :end STOP',
    ],
  )

function accounts(): Record<Address, GenesisAccount> {
  const dice = new Dice(0x5eed)
  const coded = (code: Uint8Array, balance = 0n): GenesisAccount => ({ balance: `${balance}`, code: bytesToHex(code) })
  const alloc: Record<Address, GenesisAccount> = {
    ...systemContracts(),
    [PROBER]: coded(prober(), 1000n),
    [RECURSER]: coded(recurser()),
    [FACTORY]: coded(factory(), 1000n),
    [ZEROS]: coded(assemble('PUSH0 CALLDATALOAD CLZ PUSH0 SSTORE STOP')),
    [PLAYGROUND]: { balance: '0', code: compilePlayground().runtime },
    [DELEGATED]: coded(concatAll([Uint8Array.of(0xef, 1, 0), hexToBytes(KILLABLES[0])]), 7n),
    [CODED.address]: coded(assemble('STOP'), 1000n * METIS),
  }
  for (const address of KILLABLES) alloc[address] = coded(KILLABLE, 5n)
  for (const [address, code] of Object.entries(ODD)) alloc[address as Address] = { balance: '1', code }
  for (const address of PROGRAMS) alloc[address] = coded(randomProgram(dice, { targets: FIXED_TARGETS }, 12), 500n)
  for (const { address } of WALLETS) alloc[address] = { balance: `${1_000_000n * METIS}` }
  for (const { address } of POOR) alloc[address] = { balance: `${METIS / 1000n}` }
  return alloc
}

/** A chain to run seeds on: they begin at the block of height `base`. */
export interface Setting {
  name: string
  genesis: Genesis['l2']
  base: number
}

/**
 * `wide`: a gas limit under which calls nest 1024 deep in spite of EIP-150, and ancestors beyond the reach of BLOCKHASH.
 * `narrow`: blocks that fill up, so that the base fee rises and transactions find no room.
 * `osaka`: whose rules begin to hold early in the seed, at a block whose number is not foreseen.
 */
export async function settings(): Promise<readonly [wide: Setting, narrow: Setting, osaka: Setting]> {
  const make = async (name: string, base: number, gasLimit: number, baseFee: bigint): Promise<Setting> => {
    const fields = { timestamp: TIME, gasLimit, baseFee: baseFee.toString() }
    const alloc = accounts()
    const block = await makeGenesisBlock(alloc, fields)
    return { name, base, genesis: { chainId: CHAIN_ID, ...fields, alloc, sequencerSet: at(0), ...block } }
  }
  const osaka = await make('osaka', 2, 40_000_000, GWEI)
  // Empty blocks lower the base fee by an eighth each: of the most that 64 bits hold, some thousand wei are left.
  return [
    await make('wide', 260, 1_000_000_000_000, 2n ** 64n - 1n),
    await make('narrow', 2, 2_500_000, GWEI),
    { ...osaka, genesis: { ...osaka.genesis, osakaTime: TIME + 10 } },
  ]
}
