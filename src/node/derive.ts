import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { networkIdOf } from '../core/consensus/digest.js'
import type { Genesis } from '../core/genesis/types.js'
import { parseL1Block } from '../core/l1/answers.js'
import type { Hash } from '../core/types/hex.js'
import { type Derived, type DeriveOptions, deriveChain } from '../l1/derive.js'
import { createKzg } from './batcher/kzg.js'
import { createJsonRpc } from './bridge/rpc.js'
import { createL1Source } from './bridge/source.js'
import { createL1View } from './bridge/view.js'
import { recoverNative } from './consensus/recover.js'
import { createEmbeddedEngine } from './execution/embedded/index.js'
import { openDatabase } from './storage/level.js'

export interface AuditOptions extends Pick<DeriveOptions, 'onBatch' | 'signal'> {
  genesis: Genesis
  /** JSON-RPC endpoint of an L1 node. */
  l1Url: string
  /** Beacon API that keeps the blobs; an anvil serves them itself. */
  beaconUrl?: string
  /** JSON-RPC endpoint of a node whose every block is compared. */
  rpcUrl?: string
}

/** Derives the chain of a network in a temporary folder with a fresh execution engine. @throws MetisSeqError as `deriveChain` */
export async function auditChain(options: AuditOptions): Promise<Derived & { networkId: Hash }> {
  const { genesis, l1Url, beaconUrl, rpcUrl, onBatch, signal } = options
  const networkId = networkIdOf(genesis)
  const directory = await mkdtemp(join(tmpdir(), 'metis-seq-derive-'))
  const kzg = createKzg()
  const view = createL1View({ url: l1Url, genesis, pollMs: 1000 })
  try {
    const database = await openDatabase(join(directory, 'chain'))
    const engine = await createEmbeddedEngine({ database, genesis: genesis.l2 })
    try {
      const source = createL1Source({ url: l1Url, ...(beaconUrl === undefined ? {} : { beaconUrl }) })
      const derived = await deriveChain({
        genesis,
        context: { networkId, recover: recoverNative },
        view,
        source,
        kzg,
        engine,
        ...(rpcUrl === undefined ? {} : { compare: blockHashes(rpcUrl) }),
        ...(onBatch === undefined ? {} : { onBatch }),
        ...(signal === undefined ? {} : { signal }),
      })
      return { networkId, ...derived }
    } finally {
      await engine.close()
    }
  } finally {
    await Promise.all([kzg.close(), view.close()])
    await rm(directory, { recursive: true, force: true })
  }
}

function blockHashes(url: string): (number: number) => Promise<Hash | undefined> {
  const rpc = createJsonRpc({ url })
  return async (number) => {
    const answer = await rpc.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    return answer === null ? undefined : parseL1Block(answer).hash
  }
}
