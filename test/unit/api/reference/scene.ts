import { AbiCoder } from 'ethers'
import type { Block } from '../../../../src/core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../../src/core/types/hex.js'
import { GethChain } from '../../../support/geth/index.js'
import { compilePlayground } from '../../execution/playground.js'
import { addressOf, CHAIN_ID, METIS, next, sign, testGenesis, wallet } from '../../execution/support.js'
import { type ApiRig, openApi, rpc } from '../support.js'

export const { abi, creation, runtime } = compilePlayground()
export const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
/** Has slots from the genesis on. */
export const STOCKED: Address = `0x${'c1'.repeat(20)}`
/** To which an account delegates. */
export const DELEGATE: Address = `0x${'c2'.repeat(20)}`
export const NOBODY: Address = `0x${'99'.repeat(20)}`
export const word = (n: number | bigint): Hash => `0x${n.toString(16).padStart(64, '0')}`
export const encode = (name: string, ...args: unknown[]) => abi.encodeFunctionData(name, args) as Hex
export const salt = (n: number) => AbiCoder.defaultAbiCoder().encode(['uint256'], [n])
export const from = (i: number) => addressOf(wallet(i))

export interface Answered {
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/** A chain served by this node and by geth, the same block for block. */
export interface Scene {
  ours(method: string, ...params: unknown[]): Promise<Answered>
  theirs(method: string, ...params: unknown[]): Promise<Answered>
  blocks: readonly Block[]
  rig: ApiRig
  close(): Promise<void>
}

/** The transactions of blocks 1 and 2: of every type, some of which fail. */
async function transactions(): Promise<Uint8Array[][]> {
  const gasLimit = 900_000
  const call = (name: string, ...args: unknown[]) => ({ to: PLAYGROUND, data: encode(name, ...args), gasLimit })
  const me = wallet(0)
  const authorization = await wallet(2).authorize({ address: DELEGATE, chainId: CHAIN_ID, nonce: 0 })
  const first = [
    { data: creation, gasLimit: 3_000_000 },
    { to: wallet(1).address, value: METIS, type: 0 },
    call('set', 1, 7),
    { ...call('set', 2, 4), type: 1, accessList: [{ address: PLAYGROUND, storageKeys: [word(0), word(2)] }] },
    call('log', 2),
    call('refuse', 9),
  ]
  const second = [
    call('tryRefuse', 3),
    { ...call('spawn', salt(1), false), value: 3n },
    { ...call('spawn', salt(2), true), value: 4n },
    { ...call('log', 4), gasLimit: 30_000 },
    { to: '0x0000000000000000000000000000000000000004', data: '0x1234', gasLimit: 40_000 },
    {
      type: 4,
      to: wallet(2).address,
      data: encode('set', 5, 6),
      gasLimit: 300_000,
      authorizationList: [authorization],
    },
    call('transfer', wallet(3).address, 5),
  ]
  const all: Uint8Array[] = []
  for (const [nonce, request] of [...first, ...second].entries()) all.push(await sign(me, nonce, request))
  return [all.slice(0, first.length), all.slice(first.length)]
}

/** Builds two blocks of transactions and an empty one here, and has geth execute them. */
export async function openScene(geth: string): Promise<Scene> {
  const storage = { [word(2)]: word(41), [word(7)]: word(2n ** 255n) }
  const genesis = await testGenesis({
    [PLAYGROUND]: { balance: '5', code: runtime },
    [DELEGATE]: { balance: '0', code: runtime },
    [STOCKED]: { balance: '0', code: runtime, storage },
  })
  const rig = await openApi({}, genesis)
  const chain = await GethChain.open(geth, genesis)
  const blocks: Block[] = []
  for (const raws of [...(await transactions()), []]) {
    const { block, rejected } = await rig.engine.execute(raws, next(rig.engine))
    if (rejected.length > 0) throw new Error(`left out: ${rejected[0]?.reason}`)
    const reason = await chain.execute(block, [])
    if (reason !== undefined) throw new Error(`geth refuses block ${block.number}: ${reason}`)
    await chain.choose(block)
    blocks.push(block)
  }
  return {
    ours: (method, ...params) => rpc(rig.api.url.rpc, method, ...params),
    theirs: (method, ...params) => chain.ask(method, ...params),
    blocks,
    rig,
    close: async () => {
      await Promise.all([rig.close(), chain.stop()])
    },
  }
}

/** Result or error; of geth's messages the words, without what it puts around them for some methods. */
export function outcome({ result, error }: Answered): unknown {
  if (error === undefined) return { result }
  const { code, data } = error
  const words = error.message
    .replace(/^(err|failed with \d+ gas): /, '')
    .replace(/ \(supplied gas \d+\)$/, '')
    .replace(/ limit 49152$/, '')
  return { error: { code, words, ...(data === undefined ? {} : { data }) } }
}
