import { Contract, Interface, JsonRpcProvider } from 'ethers'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { sequencerSetAbi } from '../../../src/l1/abi/sequencerSet.js'

const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 } as const

/** A payment as it stands on L1, beside what the epochs of the contract on L2 say; blocks by signer. */
export async function paymentOf({ contracts, l1, l2, nodes }: DevnetDescriptor, hash: string) {
  const onL1 = new JsonRpcProvider(l1.url, l1.chainId, options)
  const onL2 = new JsonRpcProvider(nodes[0]?.rpc ?? '', l2.chainId, options)
  try {
    const [transaction, receipt] = [await onL1.getTransaction(hash), await onL1.getTransactionReceipt(hash)]
    const call = new Interface(lockingPoolAbi).parseTransaction({ data: transaction?.data ?? '0x' })
    if (call === null) throw new Error(`${hash} is no payment`)
    const [, from, to, seqs, blocks] = call.args.toArray() as [bigint, bigint, bigint, string[], bigint[]]
    const paid = Object.fromEntries(seqs.map((address, i) => [address, Number(blocks[i])]))
    const set = new Contract(contracts.sequencerSet, sequencerSetAbi, onL2)
    const made: Record<string, number> = {}
    for (let epoch = from; epoch <= to; epoch++) {
      const { signer, startBlock, endBlock } = await set.getFunction('epochs')(epoch)
      made[signer] = (made[signer] ?? 0) + Number(endBlock - startBlock) + 1
    }
    return { from: Number(from), to: Number(to), paid, made, receipt, gasLimit: transaction?.gasLimit }
  } finally {
    onL1.destroy()
    onL2.destroy()
  }
}
