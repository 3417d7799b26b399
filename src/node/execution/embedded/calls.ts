import type { Common } from '@ethereumjs/common'
import { createLegacyTx, getCalldataFloorGas } from '@ethereumjs/tx'
import { bigIntMax, bytesToUnprefixedHex, createAddressFromString, createZeroAddress } from '@ethereumjs/util'
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
  open(): Promise<Machine>
}

/** Runs `request` as a transaction whose effects are forgotten. It pays no base fee unless it names a gas price. */
export async function simulate(environment: CallEnvironment, request: CallRequest): Promise<CallResult> {
  return run(environment, request, capped(request.gas))
}

/**
 * The least gas limit with which `request` succeeds, or a little more.
 * @throws MetisSeqError `CALL_REVERTED` with `details.data`, or `GAS_REQUIRED_EXCEEDS_ALLOWANCE`
 */
export async function estimate(environment: CallEnvironment, request: CallRequest): Promise<bigint> {
  const most = await allowance(environment, request)
  const first = await run(environment, request, most)
  if (!first.success) throw failure(first, most)
  let high = most
  let low = first.gasUsed - 1n
  // What a call uses is enough, unless it needs gas that comes back: refunds, and the 1/64 kept at each call.
  const guesses = [first.gasUsed, first.gasUsed + first.gasUsed / 2n]
  while (high - low > 1n && (high - low) * TOLERANCE > low) {
    const guess = guesses.shift()
    const middle = guess !== undefined && guess > low && guess < high ? guess : (low + high) / 2n
    if ((await run(environment, request, middle)).success) high = middle
    else low = middle
    if (high === first.gasUsed) return high
  }
  return high
}

async function allowance(
  { open, block }: CallEnvironment,
  { gas, gasPrice = 0n, from, value = 0n }: CallRequest,
): Promise<bigint> {
  const limit = gas === undefined ? block.gasLimit : gas
  const most = capped(limit)
  if (gasPrice === 0n || from === undefined) return most
  const { state } = await open()
  const balance = (await state.getAccount(createAddressFromString(from)))?.balance ?? 0n
  const affordable = balance > value ? (balance - value) / gasPrice : 0n
  return affordable < most ? affordable : most
}

async function run(environment: CallEnvironment, request: CallRequest, gasLimit: bigint): Promise<CallResult> {
  const { common, block } = environment
  const { from, to, gasPrice = 0n, value = 0n, data = '0x' } = request
  const caller = from === undefined ? createZeroAddress() : createAddressFromString(from)
  const bytes = fromHex(data)
  const target = to === undefined || to === null ? undefined : createAddressFromString(to)
  const tx = createLegacyTx({ to: target, data: bytes, value, gasLimit, gasPrice }, { common })
  const floor = getCalldataFloorGas(tx, caller)
  const intrinsic = tx.getIntrinsicGas()
  const least = bigIntMax(intrinsic, floor)
  if (gasLimit < least) return unpaid(`intrinsic gas too low: have ${gasLimit}, want ${least}`)
  const machine = await environment.open()
  const balance = (await machine.state.getAccount(caller))?.balance ?? 0n
  if (balance < value + gasLimit * gasPrice) return unpaid('insufficient funds for gas * price + value')
  const context = evmBlock(common, { ...block, baseFee: gasPrice === 0n ? 0n : block.baseFee })
  const { journal } = machine.evm
  for (const [precompile] of machine.evm.precompiles) journal.addAlwaysWarmAddress(precompile)
  for (const { bytes: warm } of [caller, context.header.coinbase, ...(target === undefined ? [] : [target])]) {
    journal.addAlwaysWarmAddress(bytesToUnprefixedHex(warm))
  }
  const { execResult } = await machine.evm.runCall({
    block: context,
    caller,
    gasLimit: gasLimit - intrinsic,
    gasPrice,
    value,
    data: bytes,
    ...(target === undefined ? {} : { to: target }),
  })
  const before = intrinsic + execResult.executionGasUsed
  const refund = execResult.gasRefund ?? 0n
  const used = before - (refund < before / REFUND_QUOTIENT ? refund : before / REFUND_QUOTIENT)
  const error = execResult.exceptionError?.error
  return {
    success: error === undefined,
    data: toHex(execResult.returnValue),
    gasUsed: bigIntMax(used, floor),
    ...(error === undefined ? {} : { error }),
  }
}

function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > CALL_GAS_CAP ? CALL_GAS_CAP : gas
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
