import { addressOf, next, openRig, sign, testGenesis, wallet } from './support.js'

/**
 * The body of the process that the durability test kills: seals blocks without end in the directory that it is given,
 * and prints number and hash of each once the engine has acknowledged it.
 */
export async function seal(directory: string): Promise<never> {
  const { engine } = await openRig(await testGenesis(), directory)
  const from = wallet(0)
  for (;;) {
    const nonce = await engine.nonce(addressOf(from), engine.head().hash)
    const raws = await Promise.all([0, 1, 2].map((i) => sign(from, nonce + i, { to: wallet(1).address, value: 1n })))
    const { block } = await engine.execute(raws, next(engine))
    process.stdout.write(`${block.number} ${block.hash}\n`)
  }
}
