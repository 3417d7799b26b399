import { bytesToHex, hexQuantity, keccakBytes, utf8 } from '../../../core/codec/index.js'
import { RpcCode, RpcError, returned } from './errors.js'
import { type MethodTable, method } from './method.js'

/** MetisSequencerSet: the end of the newest epoch that is over. */
const FINALIZED_BLOCK = bytesToHex(keccakBytes(utf8('finalizedBlock()')).subarray(0, 4))

/** What Metis nodes answer beyond Ethereum's. */
export const metisMethods: MethodTable = {
  mvm_finalizedBlockNumber: method([], async ({ chain, sequencerSet }) => {
    const result = returned(await chain.call({ to: sequencerSet, data: FINALIZED_BLOCK }, chain.head().hash))
    if (result.length !== 66) {
      throw new RpcError(RpcCode.server, `no sequencer set contract answers at ${sequencerSet}`)
    }
    return hexQuantity(BigInt(result))
  }),
}
