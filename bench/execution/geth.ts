import type { Genesis } from '../../src/core/genesis/types.js'
import type { Block } from '../../src/core/ports/execution.js'
import { findGeth, GethChain } from '../../test/support/geth/index.js'
import { timed } from './chain.js'

/** What geth took, in milliseconds. */
export interface GethTime {
  sealed: number
  imported: number
}

/** Geth builds blocks of the same transactions and takes them over, by its Engine API; undefined where it is not installed. */
export async function gethTimes(
  genesis: Genesis['l2'],
  warm: readonly Block[],
  parts: readonly (readonly Block[])[],
): Promise<GethTime[] | undefined> {
  const program = findGeth()
  if (program === undefined) return undefined
  const [builder, importer] = [await GethChain.open(program, genesis), await GethChain.open(program, genesis)]
  try {
    await sealAll(builder, warm)
    await importAll(importer, warm)
    const times: GethTime[] = []
    for (const blocks of parts) {
      const sealed = await timed(() => sealAll(builder, blocks))
      times.push({ sealed, imported: await timed(() => importAll(importer, blocks)) })
    }
    return times
  } finally {
    await Promise.all([builder.stop(), importer.stop()])
  }
}

async function sealAll(chain: GethChain, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks) {
    await chain.build(block)
    await importAll(chain, [block])
  }
}

async function importAll(chain: GethChain, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks) {
    const refusal = await chain.execute(block, [])
    if (refusal !== undefined) throw new Error(`geth refuses block ${block.number}: ${refusal}`)
    await chain.choose(block)
  }
}
