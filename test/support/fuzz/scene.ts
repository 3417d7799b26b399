import { keccak256, utf8 } from '../../../src/core/codec/index.js'
import type { GenesisAccount } from '../../../src/core/genesis/types.js'
import type { Block } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { compilePlayground } from '../../unit/execution/playground.js'
import { addressOf, next, openRig, type Rig, sign, testGenesis, wallet } from '../../unit/execution/support.js'

export const PLAYGROUND: Address = `0x${'9a'.repeat(20)}`
export const hashOf = (text: string): Hash => keccak256(utf8(text))

/** A short real chain, from which samples are taken. */
export interface Scene {
  rig: Rig
  blocks: readonly Block[]
  /** Envelopes of every type. */
  raws: readonly Uint8Array[]
  /** A block that can follow the head, which is one below it. */
  next: Block
}

let scene: Promise<Scene> | undefined

/** The one chain of this process. */
export function openScene(): Promise<Scene> {
  scene ??= build()
  return scene
}

/** Removes it, where it was made. */
export async function closeScene(): Promise<void> {
  await (await scene)?.rig.remove()
  scene = undefined
}

async function build(): Promise<Scene> {
  const { abi, creation, runtime } = compilePlayground()
  const alloc: Record<Address, GenesisAccount> = { [PLAYGROUND]: { balance: '0', code: runtime } }
  const rig = await openRig(await testGenesis(alloc))
  const call = (name: string, ...values: unknown[]) => ({
    to: PLAYGROUND,
    data: abi.encodeFunctionData(name, values),
    gasLimit: 300_000,
  })
  const raws = [
    await sign(wallet(0), 0, { to: wallet(1).address, value: 5n }),
    await sign(wallet(0), 1, call('log', 3)),
    await sign(wallet(0), 2, {
      ...call('set', 1, 2),
      type: 1,
      accessList: [{ address: PLAYGROUND, storageKeys: [hashOf('k')] }],
    }),
    await sign(wallet(0), 3, { ...call('set', 3, 4), type: 0 }),
    await sign(wallet(0), 4, { data: creation, gasLimit: 3_000_000 }),
    await sign(wallet(1), 0, {
      ...call('log', 1),
      type: 4,
      authorizationList: [await wallet(2).authorize({ address: PLAYGROUND, nonce: 0, chainId: 0 })],
    }),
  ]
  const withdrawal = { index: 0, address: addressOf(wallet(3)), amountGwei: 9n }
  const blocks = [
    (await rig.engine.execute(raws, next(rig.engine, [withdrawal]))).block,
    (await rig.engine.execute([], next(rig.engine))).block,
    (await rig.engine.execute([await sign(wallet(0), 5, call('set', 1, 7))], next(rig.engine))).block,
  ]
  const [, parent, last] = blocks as [Block, Block, Block]
  await rig.engine.rewind(parent.hash)
  return { rig, blocks, raws, next: last }
}
