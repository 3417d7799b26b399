import { setTimeout as delay } from 'node:timers/promises'
import { keccak256, type TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Signer } from '../core/ports/signer.js'
import type { Speed, Step } from '../core/staking/types.js'
import type { Hash } from '../core/types/hex.js'
import { asking, type L1Client } from './client.js'
import { readFees } from './fees.js'
import type { Journal } from './journal.js'
import { decodeRevert, revertData } from './reverts.js'

export interface SendOptions {
  journal: Journal
  /** Blocks that must hold the transaction, its own included. */
  confirmations: number
  timeoutSeconds: number
  /** `normal` where absent. */
  speed?: Speed
  onSent?: (step: Step, hash: Hash) => void
}

export interface Sent {
  kind: Step['kind']
  hash: Hash
  block: number
  gasUsed: bigint
  /** wei of ETH */
  fee: bigint
}

const POLL_MS = 400

type Call = Pick<Step, 'title' | 'to' | 'value' | 'data'>

/**
 * Sends the steps one after the other, each once the one before it is confirmed. Every step is simulated at the pending
 * block first, and is in the journal before it is broadcast.
 * @throws MetisSeqError `REHEARSAL_REVERTED`, `TX_REVERTED` (exit 7), `TX_UNCONFIRMED` (exit 8), `RPC_UNREACHABLE` (exit 6)
 */
export async function sendSteps(
  client: L1Client,
  signer: Signer,
  steps: readonly Step[],
  options: SendOptions,
): Promise<Sent[]> {
  const sent: Sent[] = []
  for (const step of steps) sent.push(await sendStep(client, signer, step, options))
  return sent
}

async function sendStep(client: L1Client, signer: Signer, step: Step, options: SendOptions): Promise<Sent> {
  const { provider, network } = client
  const needed = await rehearse(client, signer.address, step)
  const outgrown = needed > step.gasLimit
  const nonce = await asking(client, 'the next nonce', provider.getTransactionCount(signer.address, 'pending'))
  const raw = await signer.signTransaction({
    chainId: network.l1ChainId,
    nonce,
    to: step.to,
    value: step.value,
    data: step.data,
    gasLimit: outgrown ? (needed * 6n) / 5n : step.gasLimit,
    ...(await readFees(client, options.speed)),
  })
  const hash = keccak256(raw) as Hash
  const { title } = step
  await options.journal.append({
    event: 'signed',
    hash,
    chainId: network.l1ChainId,
    from: signer.address,
    nonce,
    title,
    raw,
  })
  await broadcast(client, raw, hash, title)
  options.onSent?.(step, hash)
  const receipt = await confirmed(client, hash, title, options)
  const status = receipt.status === 1 ? 'success' : 'reverted'
  await options.journal.append({ event: 'mined', hash, block: receipt.blockNumber, status })
  if (status === 'reverted') throw await reverted(client, signer.address, step, receipt)
  return { kind: step.kind, hash, block: receipt.blockNumber, gasUsed: receipt.gasUsed, fee: receipt.fee }
}

/** The gas that the call takes at the pending block. @throws MetisSeqError `REHEARSAL_REVERTED` (exit 7) */
async function rehearse(client: L1Client, from: string, step: Call): Promise<bigint> {
  const call = { from, to: step.to, value: step.value, data: step.data, blockTag: 'pending' }
  try {
    return await client.provider.estimateGas(call)
  } catch (error) {
    const data = revertData(error)
    if (data === undefined) return asking(client, `an estimate for "${step.title}"`, Promise.reject(error))
    const { name, explanation } = decodeRevert(data)
    throw new MetisSeqError(
      'REHEARSAL_REVERTED',
      `The chain would refuse to ${step.title}: ${explanation} (${name ?? 'no reason'}). This step was not sent.`,
      { exit: Exit.reverted, next: 'Mend what it names and run the command again.', details: { revert: name ?? null } },
    )
  }
}

/** An endpoint that fails here may have passed the transaction on: whether it did is seen by its hash. */
async function broadcast(client: L1Client, raw: string, hash: Hash, title: string): Promise<void> {
  try {
    await client.provider.send('eth_sendRawTransaction', [raw])
  } catch (error) {
    const known = await client.provider.getTransaction(hash).catch(() => null)
    if (known !== null) return
    const answered = (error as { error?: unknown }).error !== undefined
    throw new MetisSeqError(
      answered ? 'TX_REFUSED' : 'TX_UNCONFIRMED',
      answered
        ? `The endpoint refused the transaction to ${title}: ${shortOf(error)}.`
        : `Whether the transaction to ${title} (${hash}) was sent is not known: ${client.url} did not answer.`,
      {
        exit: answered ? Exit.reverted : Exit.unconfirmed,
        severity: answered ? 'refused' : 'temporary',
        next: 'Look whether another transaction of the account is pending, then run the command again.',
        details: { hash },
      },
    )
  }
}

/**
 * Asks for the receipt again and again (a subscription misses the block that is mined while it starts). A receipt that
 * went with a reorganised block is asked for anew; an endpoint that fails for a moment is asked again.
 */
async function confirmed(
  client: L1Client,
  hash: Hash,
  title: string,
  { confirmations, timeoutSeconds }: SendOptions,
): Promise<TransactionReceipt> {
  const until = performance.now() + timeoutSeconds * 1000
  let reason = `it is not confirmed within ${timeoutSeconds} s`
  do {
    try {
      const [receipt, head] = await Promise.all([
        client.provider.getTransactionReceipt(hash),
        client.provider.getBlockNumber(),
      ])
      if (receipt !== null && head - receipt.blockNumber + 1 >= confirmations) return receipt
      reason = `it is not confirmed within ${timeoutSeconds} s`
    } catch {
      reason = `${client.url} stopped answering`
    }
    await delay(POLL_MS)
  } while (performance.now() < until)
  throw new MetisSeqError('TX_UNCONFIRMED', `The transaction to ${title} (${hash}) was sent, but ${reason}.`, {
    exit: Exit.unconfirmed,
    severity: 'temporary',
    next: 'Run the command again later: it looks at the chain first and does only what is still due.',
    details: { hash },
  })
}

/** Asks the chain for the reason by calling again at the parent block, where the answer is the same as it was. */
async function reverted(
  client: L1Client,
  from: string,
  step: Call,
  receipt: TransactionReceipt,
): Promise<MetisSeqError> {
  const blockTag = receipt.blockNumber - 1
  const call = client.provider.call({ from, to: step.to, value: step.value, data: step.data, blockTag })
  const data = await call.then(
    () => undefined,
    (error: unknown) => revertData(error),
  )
  const { name, explanation } = decodeRevert(data)
  return new MetisSeqError(
    'TX_REVERTED',
    `The transaction to ${step.title} (${receipt.hash}) reverted: ${explanation}`,
    {
      exit: Exit.reverted,
      next: 'Mend what it names and run the command again; the fee of this one is spent.',
      details: { hash: receipt.hash, revert: name ?? null },
    },
  )
}

function shortOf(error: unknown): string {
  const answer = (error as { error?: { message?: unknown } }).error?.message
  return (typeof answer === 'string' ? answer : messageOf(error)).slice(0, 200)
}
