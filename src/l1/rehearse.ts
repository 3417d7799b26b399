import { toQuantity } from 'ethers'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Plan, Step } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import type { L1Client } from './client.js'
import { decodeRevert } from './reverts.js'
import { gasOf } from './send/refusals.js'

export interface Rehearsal {
  /** `each`: the endpoint can't run several calls after one another, so the later ones are simulated right before they are sent. */
  method: 'eth_simulateV1' | 'each'
  /** Gas that each step took; of the first alone where `method` is `each`. */
  steps: { kind: Step['kind']; gas: bigint }[]
}

interface SimulatedCall {
  status: string
  gasUsed: string
  returnData: string
  error?: { data?: string }
}

/**
 * Runs all steps after one another at the pending block without sending anything.
 * @throws MetisSeqError `REHEARSAL_REVERTED` (exit 7) with the step and the decoded reason
 */
export async function rehearsePlan(client: L1Client, { from, steps }: Plan): Promise<Rehearsal> {
  const calls = steps.map(({ to, value, data, gasLimit }) => {
    return { from, to, value: toQuantity(value), data, gas: toQuantity(gasLimit) }
  })
  let answers: SimulatedCall[]
  try {
    const [block] = await client.provider.send('eth_simulateV1', [{ blockStateCalls: [{ calls }] }, 'pending'])
    answers = block.calls
  } catch {
    return { method: 'each', steps: await firstAlone(client, from, steps) } // an endpoint without the method
  }
  return {
    method: 'eth_simulateV1',
    steps: steps.map((step, i) => ({ kind: step.kind, gas: gasTaken(step, answers[i]) })),
  }
}

async function firstAlone(client: L1Client, from: Address, [first]: readonly Step[]): Promise<Rehearsal['steps']> {
  return first === undefined ? [] : [{ kind: first.kind, gas: await gasOf(client, from, first) }]
}

function gasTaken(step: Step, answer: SimulatedCall | undefined): bigint {
  if (answer?.status === '0x1') return BigInt(answer.gasUsed)
  const { name, explanation } = decodeRevert(answer?.error?.data ?? answer?.returnData)
  throw new MetisSeqError(
    'REHEARSAL_REVERTED',
    `To ${step.title} would revert: ${explanation}${name === undefined ? '' : ` (${name})`} Nothing was sent.`,
    {
      exit: Exit.reverted,
      next: 'Mend what it names and run the command again.',
      details: { step: step.kind, revert: name ?? null },
    },
  )
}
