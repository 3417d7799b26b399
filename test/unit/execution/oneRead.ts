import { openRig, testGenesis } from './support.js'

/** The body of the process that reads once: opens a chain in `directory`, calls an account without code, and returns the gas used. */
export async function readOnce(directory: string): Promise<string> {
  const { engine, genesis } = await openRig(await testGenesis(), directory)
  const { gasUsed } = await engine.call({ to: `0x${'11'.repeat(20)}` }, genesis.hash)
  return gasUsed.toString()
}
