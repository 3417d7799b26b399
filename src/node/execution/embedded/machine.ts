import { type Block, createBlock } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import type { Header } from '../../../core/chain/header.js'
import type { Hash } from '../../../core/types/hex.js'
import { fromHex } from './hex.js'
import type { State } from './state.js'

/** Hash of the ancestor with a number, for BLOCKHASH. */
export type AncestorHash = (number: number) => Promise<Hash>

/** An EVM on one state. Its uses must not overlap. */
export interface Machine {
  vm: VM
  evm: EVM
  state: State
}

/** A machine of Prague rules on `state`; `ancestor` serves BLOCKHASH. */
export async function createMachine(common: Common, state: State, ancestor: AncestorHash): Promise<Machine> {
  const blockchain = {
    getBlock: async (number: number) => {
      const hash = fromHex(await ancestor(number))
      return { hash: () => hash }
    },
    putBlock: async () => undefined,
    shallowCopy: () => blockchain,
  }
  const evm = await createEVM({ common, stateManager: state, blockchain })
  const vm = await createVM({ common, stateManager: state, blockchain, evm })
  return { vm, evm, state }
}

/** What the EVM sees of the block it runs in. */
export type BlockContext = Pick<
  Header,
  'parentHash' | 'number' | 'timestamp' | 'feeRecipient' | 'prevRandao' | 'gasLimit' | 'baseFee'
>

/** `context` in the shape of the EVM. */
export function evmBlock(common: Common, context: BlockContext): Block {
  return createBlock(
    {
      header: {
        parentHash: fromHex(context.parentHash),
        number: BigInt(context.number),
        timestamp: BigInt(context.timestamp),
        coinbase: createAddressFromString(context.feeRecipient),
        mixHash: fromHex(context.prevRandao),
        gasLimit: context.gasLimit,
        baseFeePerGas: context.baseFee,
        difficulty: 0n,
      },
    },
    { common, freeze: false },
  )
}
