import { type ExportFile, type ExportKind, exportPlan } from '../core/staking/offline/documents.js'
import type { Plan, Speed } from '../core/staking/types.js'
import { asking, type L1Client } from './client.js'
import { readFees } from './fees.js'

/** The steps of a plan for somebody else to sign, with the account's next nonce. `now` in milliseconds since 1970. */
export async function exportFor(
  client: L1Client,
  plan: Plan,
  kind: ExportKind,
  speed: Speed,
  now: number,
): Promise<ExportFile> {
  const { name: network, l1ChainId: chainId } = client.network
  const [nonce, fees] = await Promise.all([
    asking(client, 'the next nonce', client.provider.getTransactionCount(plan.from, 'pending')),
    readFees(client, speed),
  ])
  return exportPlan(plan, kind, { network, chainId, nonce, fees, now })
}
