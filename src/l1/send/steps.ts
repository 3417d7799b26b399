import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Signer } from '../../core/ports/signer.js'
import { formatMetis } from '../../core/staking/amount.js'
import type { Fees, Step } from '../../core/staking/types.js'
import { asking, type L1Client } from '../client.js'
import { readFees } from '../fees.js'
import { newestBlock } from '../head.js'
import { assertNotInterrupted } from './confirm.js'
import { deliver } from './deliver.js'
import { gasOf, reverted } from './refusals.js'
import { signChecked } from './signed.js'
import type { SendOptions, Sent } from './types.js'

/**
 * Sends the steps one after the other, each once the one before it is confirmed. Every step is simulated at the pending
 * block first, and is in the journal before it is broadcast.
 * @throws MetisSeqError `REHEARSAL_REVERTED`, `TX_REVERTED`, `TX_REPLACED`, `TX_REFUSED` (exit 7), `TX_UNCONFIRMED` (exit 8),
 * `FEES_ROSE` (exit 3), `SIGNER_MISMATCH` (exit 5), `RPC_UNREACHABLE` (exit 6), `JOURNAL_UNWRITABLE` (exit 9), `INTERRUPTED` (exit 130)
 */
export async function sendSteps(
  client: L1Client,
  signer: Signer,
  steps: readonly Step[],
  options: SendOptions,
): Promise<Sent[]> {
  const sent: Sent[] = []
  for (const step of steps) {
    const last = sent.at(-1)
    try {
      if (last !== undefined) await newestBlock(client, last.block)
      sent.push(await sendStep(client, signer, step, options))
    } catch (error) {
      throw last?.kind === 'approve' ? withAllowance(error, steps) : error
    }
  }
  return sent
}

/** The error of the step after an approval, which is mined and stays. */
function withAllowance(error: unknown, [approve]: readonly Step[]): unknown {
  if (!(error instanceof MetisSeqError) || approve === undefined) return error
  const { code, message, exit, severity, next, details } = error
  const stays = `Mined before it and still in force: to ${approve.title}.`
  return new MetisSeqError(code, `${message} ${stays}`, {
    exit,
    severity,
    next: `${next ?? ''} The command run again uses that allowance.`.trim(),
    details,
    cause: error,
  })
}

async function sendStep(client: L1Client, signer: Signer, step: Step, options: SendOptions): Promise<Sent> {
  const { provider, network } = client
  assertNotInterrupted(options, step.title)
  const needed = await gasOf(client, signer.address, step)
  const nonce = await asking(client, 'the next nonce', provider.getTransactionCount(signer.address, 'pending'))
  const transaction = {
    chainId: network.l1ChainId,
    nonce,
    to: step.to,
    value: step.value,
    data: step.data,
    gasLimit: needed > step.gasLimit ? (needed * 6n) / 5n : step.gasLimit,
    ...withinCap(await readFees(client, options.speed), step.title, options.feeCap),
  }
  const signed = await signChecked(signer, transaction, step.title)
  const receipt = await deliver(client, signed, options)
  if (receipt.status !== 1) throw await reverted(client, signer.address, step, receipt)
  const { hash, blockNumber: block, gasUsed, fee } = receipt
  return { kind: step.kind, hash: hash as Sent['hash'], block, gasUsed, fee }
}

/**
 * No more than was confirmed. A market that has risen up to twice is still paid for with that: a plan leaves room for a base
 * fee that doubles.
 */
function withinCap(fees: Fees, title: string, cap: bigint = fees.maxFeePerGas): Fees {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees
  if (maxFeePerGas <= cap) return fees
  if (maxFeePerGas <= 2n * cap)
    return { maxFeePerGas: cap, maxPriorityFeePerGas: maxPriorityFeePerGas < cap ? maxPriorityFeePerGas : cap }
  throw new MetisSeqError(
    'FEES_ROSE',
    `To ${title} would take up to ${formatGwei(maxFeePerGas)} gwei for a unit of gas now; ${formatGwei(cap)} gwei were planned. This step was not sent.`,
    {
      exit: Exit.precheck,
      severity: 'temporary',
      next: 'Run the command again: it shows what it costs now, and does only what is still due.',
      details: { maxFeePerGas, planned: cap },
    },
  )
}

/** wei as gwei, exactly. */
function formatGwei(wei: bigint): string {
  return formatMetis(wei * 10n ** 9n)
}
