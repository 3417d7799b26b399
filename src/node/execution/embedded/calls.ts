import type { Common } from '@ethereumjs/common'
import { createLegacyTx, getCalldataFloorGas } from '@ethereumjs/tx'
import {
  type Address,
  bigIntMax,
  bigIntMin,
  bytesToUnprefixedHex,
  createAddressFromString,
  createZeroAddress,
} from '@ethereumjs/util'
import type { Hex } from '../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Block, CallRequest, CallResult } from '../../../core/ports/execution.js'
import { fromHex, toHex } from './hex.js'
import { evmBlock, type Machine } from './machine.js'

/** No call may use more gas, whatever it asks for. */
export const CALL_GAS_CAP = 50_000_000n
/** An estimate is at most 1/64 too high, which saves half of the runs. */
const TOLERANCE = 64n
const REFUND_QUOTIENT = 5n

/** A block, and machines on its state. */
export interface CallEnvironment {
  common: Common
  block: Block
  /** A machine of its own on the state after the block. */
  open(): Promise<Machine>
}

/** Runs `request` as a transaction whose effects are forgotten. It pays no base fee unless it names a gas price. */
export async function simulate(environment: CallEnvironment, request: CallRequest): Promise<CallResult> {
  return run(environment, await environment.open(), request, capped(request.gas ?? CALL_GAS_CAP))
}

/**
 * The least gas limit with which `request` succeeds, or a little more.
 * @throws MetisSeqError `CALL_REVERTED` with `details.data`, or `GAS_REQUIRED_EXCEEDS_ALLOWANCE`
 */
export async function estimate(environment: CallEnvironment, request: CallRequest): Promise<bigint> {
  const machine = await environment.open()
  const attempt = (gas: bigint) => run(environment, machine, request, gas)
  const most = await allowance(environment.block, machine, request)
  const first = await attempt(most)
  if (!first.success) throw failure(first, most)
  if ((await attempt(first.gasUsed)).success) return first.gasUsed
  // More than what is used: for gas that comes back (refunds), and for the 1/64 kept back at each call.
  let low = first.gasUsed
  let high = most
  while (high - low > 1n && (high - low) * TOLERANCE > low) {
    const middle = high > 4n * low ? 2n * low : (low + high) / 2n
    if ((await attempt(middle)).success) high = middle
    else low = middle
  }
  return high
}

/** The most gas that a request may use: its own limit or the block's, and what its sender can pay. */
async function allowance({ gasLimit }: Block, { state }: Machine, request: CallRequest): Promise<bigint> {
  const { gas, gasPrice = 0n, from, value = 0n } = request
  const most = capped(gas ?? gasLimit)
  if (gasPrice === 0n || from === undefined) return most
  const balance = (await state.getAccount(createAddressFromString(from)))?.balance ?? 0n
  return bigIntMin(most, balance > value ? (balance - value) / gasPrice : 0n)
}

/** Runs `request` on `machine` and leaves its state as it was. */
async function run(
  { common, block }: CallEnvironment,
  machine: Machine,
  request: CallRequest,
  gasLimit: bigint,
): Promise<CallResult> {
  const { from, to, gasPrice = 0n, value = 0n, data = '0x' } = request
  const { evm, state } = machine
  const caller = from === undefined ? createZeroAddress() : createAddressFromString(from)
  const target = to === undefined || to === null ? undefined : createAddressFromString(to)
  const bytes = fromHex(data)
  const tx = createLegacyTx({ to: target, data: bytes, value, gasLimit: CALL_GAS_CAP, gasPrice }, { common })
  const floor = getCalldataFloorGas(tx, caller)
  const intrinsic = tx.getIntrinsicGas()
  if (gasLimit < bigIntMax(intrinsic, floor)) return unpaid(`intrinsic gas too low: ${gasLimit}`)
  const balance = (await state.getAccount(caller))?.balance ?? 0n
  if (balance < value + gasLimit * gasPrice) return unpaid('insufficient funds for gas * price + value')
  const context = evmBlock(common, { ...block, baseFee: gasPrice === 0n ? 0n : block.baseFee })
  warm(machine, [caller, context.header.coinbase, ...(target === undefined ? [] : [target])])
  await state.checkpoint()
  try {
    const to = target === undefined ? {} : { to: target }
    const call = { block: context, caller, gasLimit: gasLimit - intrinsic, gasPrice, value, data: bytes, ...to }
    const { execResult } = await evm.runCall(call)
    const before = intrinsic + execResult.executionGasUsed
    const used = before - bigIntMin(execResult.gasRefund ?? 0n, before / REFUND_QUOTIENT)
    const outcome = { data: toHex(execResult.returnValue), gasUsed: bigIntMax(used, floor) }
    const error = execResult.exceptionError?.error
    return error === undefined ? { success: true, ...outcome } : { success: false, ...outcome, error }
  } finally {
    await state.revert()
    state.originalStorageCache.clear()
    evm.journal.cleanJournal()
  }
}

/** What is warm at the start of a transaction (EIP-2929, EIP-3651). */
function warm({ evm }: Machine, addresses: readonly Address[]): void {
  for (const [precompile] of evm.precompiles) evm.journal.addAlwaysWarmAddress(precompile)
  for (const { bytes } of addresses) evm.journal.addAlwaysWarmAddress(bytesToUnprefixedHex(bytes))
}

function capped(gas: bigint): bigint {
  return bigIntMin(gas, CALL_GAS_CAP)
}

function unpaid(error: string): CallResult {
  return { success: false, data: '0x', gasUsed: 0n, error }
}

function failure({ data, error }: CallResult, allowed: bigint): MetisSeqError {
  if (data !== '0x' || error === 'revert') return reverted(data)
  return new MetisSeqError('GAS_REQUIRED_EXCEEDS_ALLOWANCE', `The call fails with ${allowed} gas: ${error}.`, {
    exit: Exit.reverted,
    details: { allowance: allowed.toString(), error },
    next: 'Check the amounts and the balance of the sender.',
  })
}

function reverted(data: Hex): MetisSeqError {
  return new MetisSeqError('CALL_REVERTED', 'The call reverts.', {
    exit: Exit.reverted,
    details: { data },
    next: 'Decode details.data for the reason.',
  })
}
