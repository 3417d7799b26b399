import type { Address } from '../../../src/core/types/hex.js'
import { compilePlayground } from '../../unit/execution/playground.js'
import { addressOf, next, openRig, sign, testGenesis, wallet, wallets } from '../../unit/execution/support.js'
import { seededRandom } from '../random.js'

export const PLAYGROUND: Address = `0x${'9a'.repeat(20)}`

/** The chain of the killed process. */
export function killGenesis() {
  return testGenesis({ [PLAYGROUND]: { balance: '0', code: compilePlayground().runtime } })
}

/**
 * Seals blocks without end in the directory that it is given, prints `sealing NUMBER` before each, and number and
 * hash once the engine has acknowledged it. What is in a block follows from seed and number. With `keep` it prunes without a pause meanwhile.
 */
export async function seal(directory: string, seed: number, keep?: number): Promise<never> {
  const { abi, creation } = compilePlayground()
  const history = keep === undefined ? undefined : { keep, step: 1, rest: 0 }
  const { engine } = await openRig(await killGenesis(), directory, history)
  const call = (name: string, ...args: unknown[]) => ({ to: PLAYGROUND, data: abi.encodeFunctionData(name, args) })
  // Until it is killed.
  for (;;) {
    const random = seededRandom(seed + engine.head().number)
    const actions = [
      () => ({ to: wallet(random(wallets.length)).address, value: BigInt(random(1000)) }),
      () => call('set', random(40), random(3)),
      () => call('clear', random(40), random(6)),
      () => call('log', random(5)),
      () => ({ data: creation }),
    ]
    const raws: Uint8Array[] = []
    for (const from of wallets) {
      const nonce = await engine.nonce(addressOf(from), engine.head().hash)
      for (let i = 0; i < 4; i++) {
        const action = actions[random(actions.length)] ?? actions[0]
        raws.push(await sign(from, nonce + i, { gasLimit: 2_000_000, ...action?.() }))
      }
    }
    const deposit = {
      index: engine.head().number,
      address: addressOf(wallet(random(6))),
      amountGwei: BigInt(random(9)),
    }
    process.stdout.write(`sealing ${engine.head().number + 1}\n`)
    const { block } = await engine.execute(raws, next(engine, [deposit]))
    process.stdout.write(`${block.number} ${block.hash}\n`)
  }
}
