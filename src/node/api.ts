import type { Transaction } from '../core/ports/execution.js'
import type { Hash } from '../core/types/hex.js'
import type { NodeContext } from './sequencer/context.js'
import type { NodeStatus, Rotation } from './types.js'

export interface ApiOptions {
  context: NodeContext
  submit(raw: Uint8Array): Promise<Hash>
  onPending(listener: (transaction: Transaction) => void): () => void
  rotation(): Rotation
  status(): NodeStatus
  api: { host: string; port: number }
}

export async function openApi(_options: ApiOptions) {
  const url = { rpc: '', ws: '', rest: '', metrics: '' }
  return { url, close: async () => {} }
}
