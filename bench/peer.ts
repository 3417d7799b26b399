import { bytesToHex } from '../src/core/codec/index.js'
import { startAnvil } from '../test/support/anvil.js'
import { CHAIN_ID, funded, METIS, type Workload } from './workload.js'

/** What anvil took for a workload, in milliseconds. */
export interface PeerTime {
  /** From the first transaction sent to the last block mined. */
  all: number
  /** In `evm_mine` alone, when senders are recovered already. */
  mining: number
}

/** Anvil executes the same transactions in blocks of the same size; it keeps nothing on disk. */
export async function peerTime({ setup, timed }: Workload, blockSize: number): Promise<PeerTime> {
  const anvil = await startAnvil(['--no-mining', '--order', 'fifo', '--gas-limit', '100000000'], CHAIN_ID)
  try {
    const send = (method: string, ...params: unknown[]) => anvil.provider.send(method, params)
    for (const address of funded) await send('anvil_setBalance', address, `0x${(1000n * METIS).toString(16)}`)
    for (const raw of setup) await send('eth_sendRawTransaction', bytesToHex(raw))
    await send('evm_mine')
    const start = performance.now()
    let mining = 0
    for (let at = 0; at < timed.length; at += blockSize) {
      for (const raw of timed.slice(at, at + blockSize)) await send('eth_sendRawTransaction', bytesToHex(raw))
      const before = performance.now()
      await send('evm_mine')
      mining += performance.now() - before
    }
    const all = performance.now() - start
    const mined = await send('eth_getBlockTransactionCountByNumber', 'latest')
    if (Number(mined) !== blockSize) throw new Error(`anvil mined ${Number(mined)} of ${blockSize} transactions`)
    return { all, mining }
  } finally {
    await anvil.stop()
  }
}
