import { AbiCoder } from 'ethers'
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  CONSOLIDATION_REQUESTS,
  WITHDRAWAL_REQUESTS,
} from '../../../../src/core/chain/systemContracts.js'
import { bytesToHex, concatAll, hexToBytes } from '../../../../src/core/codec/index.js'
import type { Address, Hex } from '../../../../src/core/types/hex.js'
import { compilePlayground } from '../playground.js'
import { assemble, deploying } from './assembler.js'
import type { Dice } from './dice.js'
import { oddInitCode } from './initCode.js'
import { PRECOMPILES, randomProbe } from './precompiles.js'
import { randomInitCode } from './programs.js'
import { FACTORY, PLAYGROUND, PROBER, PROGRAMS, probing, RECURSER, WALLETS } from './world.js'

/** What a transaction does, whoever sends it. `to` null creates. */
export interface Action {
  label: string
  to: Address | null
  value: bigint
  data: Hex
  gasLimit: number
}

const { abi, creation } = compilePlayground()
const MILLION = 1_000_000
const hex = (n: number, bytes: number): Hex => `0x${n.toString(16).padStart(2 * bytes, '0')}`

/** Something to do; `targets` are the accounts and contracts known so far. */
export function randomAction(dice: Dice, targets: readonly Address[]): Action {
  const make = dice.weighted<(dice: Dice, targets: readonly Address[]) => Action>([
    [5, transfer],
    [8, callAny],
    [14, (inner) => callAny(inner, PROGRAMS)],
    [5, (inner, all) => callAny(inner, all.slice(-8))],
    [8, creates],
    [7, playground],
    [10, probe],
    [6, produce],
    [4, systemContract],
    [2, calldata],
    [1, limits],
    [1, recursion],
  ])
  return make(dice, targets)
}

function transfer(dice: Dice, targets: readonly Address[]): Action {
  const to = dice.weighted<Address>([
    [4, dice.pick(targets)],
    [2, `0x${bytesToHex(dice.bytes(20)).slice(2)}`],
    [2, hex(dice.between(0, PRECOMPILES + 1), 20)],
    [1, dice.pick([BEACON_ROOTS, BLOCK_HASHES, WITHDRAWAL_REQUESTS])],
  ])
  const value = dice.pick([0n, 0n, 1n, BigInt(dice.below(MILLION)), 10n ** 18n])
  return { label: `transfer to ${to}`, to, value, data: '0x', gasLimit: dice.pick([21_000, 60_000, 200_000]) }
}

function callAny(dice: Dice, targets: readonly Address[]): Action {
  const to = dice.pick(targets)
  const words = Array.from({ length: dice.below(4) }, () => dice.word().toString(16).padStart(64, '0'))
  const data: Hex = dice.once(5) ? bytesToHex(dice.bytes(dice.below(70))) : `0x${words.join('')}`
  const value = BigInt(dice.pick([0, 0, 0, 1, 1000]))
  return { label: `call ${to}`, to, value, data, gasLimit: gas(dice) }
}

function creates(dice: Dice, targets: readonly Address[]): Action {
  const code = randomInitCode(dice, { targets })
  return { label: 'create', to: null, value: BigInt(dice.pick([0, 0, 3])), data: bytesToHex(code), gasLimit: gas(dice) }
}

function playground(dice: Dice): Action {
  const small = () => dice.below(7)
  const salt = () => AbiCoder.defaultAbiCoder().encode(['uint256'], [small()])
  const [name, ...args] = dice.pick<() => readonly [string, ...unknown[]]>([
    () => ['set', small(), small()],
    () => ['clear', small(), small()],
    () => ['log', small()],
    () => ['refuse', small()],
    () => ['tryRefuse', small()],
    () => ['spawn', salt(), dice.once(2)],
    () => ['transient_'],
    () => ['transfer', dice.pick(WALLETS).address, small()],
    () => ['hash', dice.below(300)],
    () => ['spin', 20 * small()],
  ])()
  const data = abi.encodeFunctionData(name, args) as Hex
  const action = { label: `playground.${name}`, to: PLAYGROUND, data, gasLimit: dice.pick([60_000, 300_000, MILLION]) }
  if (dice.once(30)) return { label: 'playground', to: null, value: 0n, data: creation, gasLimit: 2 * MILLION }
  return { ...action, value: name === 'spawn' || name === 'set' ? BigInt(small()) : 0n }
}

/** A precompiled contract, called by a contract in one of four ways, or by the transaction itself. */
function probe(dice: Dice): Action {
  const { precompile, input } = randomProbe(dice)
  const to = hex(precompile, 20)
  const name = `precompile ${precompile}`
  if (dice.once(4)) {
    return { label: name, to, value: BigInt(dice.below(2)), data: bytesToHex(input), gasLimit: MILLION }
  }
  const kind = dice.pick([0, 0, 1, 2, 3] as const)
  const own = dice.once(4) ? dice.pick([1, 100, 600, 3000, 6000, 50_000, 120_000]) : 0
  const data = probing(kind, to, own, dice.once(4) ? 1 : 0, input)
  return { label: `${name} by call ${kind}`, to: PROBER, value: BigInt(dice.below(2)), data, gasLimit: MILLION }
}

/** The factory makes and remakes children: few salts and few sorts of code, so that addresses meet. */
function produce(dice: Dice, targets: readonly Address[]): Action {
  const code = oddInitCode(dice, { targets: targets.slice(0, 3) })
  const data = bytesToHex(concatAll([hexToBytes(hex(dice.below(4), 32)), code]))
  const gasLimit = dice.pick([120_000, 300_000, MILLION])
  return { label: 'factory', to: FACTORY, value: BigInt(dice.below(3)), data, gasLimit }
}

function systemContract(dice: Dice): Action {
  const [to, length, value] = dice.pick<readonly [Address, number, number]>([
    [BEACON_ROOTS, 32, 0],
    [BLOCK_HASHES, 32, 0],
    [WITHDRAWAL_REQUESTS, 56, 1],
    [WITHDRAWAL_REQUESTS, 56, 100],
    [CONSOLIDATION_REQUESTS, 96, 1],
    [CONSOLIDATION_REQUESTS, 96, 100],
    [WITHDRAWAL_REQUESTS, 0, 0],
    [CONSOLIDATION_REQUESTS, 0, 0],
  ])
  const word = dice.pick([dice.below(300), 1_700_000_000 + dice.below(400), 0])
  const body = length === 32 ? hexToBytes(hex(word, 32)) : dice.bytes(dice.once(9) ? dice.below(length + 2) : length)
  const label = `system contract ${to}`
  if (dice.once(3)) {
    const data = probing(dice.pick([0, 2, 3] as const), to, 0, value, body)
    return { label: `${label} by a contract`, to: PROBER, value: BigInt(value), data, gasLimit: 400_000 }
  }
  return { label, to, value: BigInt(value), data: bytesToHex(body), gasLimit: 300_000 }
}

/** Much input and little to do: the floor of EIP-7623 decides. */
function calldata(dice: Dice, targets: readonly Address[]): Action {
  const length = dice.between(100, 2000)
  const full = dice.below(length)
  const data: Hex = `0x${'11'.repeat(full)}${'00'.repeat(length - full)}`
  const floor = 21_000 + 10 * (4 * full + length - full)
  const gasLimit = floor + dice.pick([-1, 0, 1, 5000, 100_000])
  return { label: `${length} bytes of input`, to: dice.pick(targets), value: 0n, data, gasLimit }
}

/** Code at the limits of size (EIP-170, EIP-3860). */
function limits(dice: Dice): Action {
  const action = { label: 'size limits', to: null, value: 0n, gasLimit: 8 * MILLION }
  if (dice.once(2)) {
    const init = assemble(dice.pick([24_575, 24_576, 24_577]), 'PUSH0 RETURN')
    return { ...action, data: bytesToHex(init) }
  }
  const init = deploying(assemble('STOP'))
  const padding = new Uint8Array(dice.pick([49_151, 49_152, 49_153]) - init.length)
  return { ...action, data: bytesToHex(concatAll([init, padding])) }
}

/** Calls nested as deep as the gas goes: 1024 where the block's limit allows it. */
function recursion(dice: Dice): Action {
  const gasLimit = dice.pick([100_000, 2 * MILLION, 900_000 * MILLION])
  return { label: 'recursion', to: RECURSER, value: 0n, data: '0x', gasLimit }
}

function gas(dice: Dice): number {
  return dice.weighted<number>([
    [5, MILLION],
    [2, 300_000],
    [2, dice.between(30_000, 200_000)],
    [1, dice.between(53_000, 70_000)],
  ])
}
