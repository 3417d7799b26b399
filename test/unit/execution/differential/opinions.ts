import { parseBlock } from '../../../../src/core/chain/block.js'
import { bytesToHex } from '../../../../src/core/codec/index.js'
import { messageOf } from '../../../../src/core/errors/index.js'
import type { Genesis } from '../../../../src/core/genesis/types.js'
import type { Block, ExecutionEngine, Receipt } from '../../../../src/core/ports/execution.js'
import type { Hash } from '../../../../src/core/types/hex.js'
import { EthereumjsChain, loadPointEvaluation } from '../../../support/ethereumjs/index.js'
import { findGeth, GethChain } from '../../../support/geth/index.js'
import { openRig } from '../support.js'
import type { Case } from './case.js'
import { firstDifference, type Objection } from './difference.js'
import { consensusReceipt } from './receipt.js'

/** Another implementation that executes the same blocks. */
export interface Opinion {
  name: string
  /** Executes a block on its head, compares everything, and makes it its head where nothing differs. */
  judge(subject: Case): Promise<Objection | undefined>
  /** Makes a block that it took before its head. */
  rewind(hash: Hash): Promise<void>
  close(): Promise<void>
}

/**
 * Everybody who has one on a chain of `genesis`: a second engine of ours, ethereumjs, and geth where it is installed
 * (METIS_SEQ_TEST_GETH, or PATH).
 */
export async function openOpinions(genesis: Genesis['l2']): Promise<Opinion[]> {
  const geth = findGeth()
  const opinions = [await ownOpinion(genesis), await ethereumjsOpinion(genesis)]
  return geth === undefined ? opinions : [...opinions, await gethOpinion(geth, genesis)]
}

/** A second engine of ours, which imports what the first one built. */
export async function ownOpinion(genesis: Genesis['l2']): Promise<Opinion> {
  const rig = await openRig(genesis)
  const name = 'the importing engine'
  return {
    name,
    judge: async ({ block, receipts }) => judgeOwn(name, rig.engine, block, receipts),
    rewind: (hash) => rig.engine.rewind(hash),
    close: () => rig.remove(),
  }
}

async function judgeOwn(name: string, engine: ExecutionEngine, block: Block, receipts: readonly Receipt[]) {
  try {
    const theirs = await engine.import(block.encoded)
    return (
      firstDifference(name, block, theirs, 'block') ??
      firstDifference(name, receipts, await engine.receipts(block.hash), 'receipts')
    )
  } catch (error) {
    return { by: name, field: 'import', ours: 'valid', theirs: messageOf(error) }
  }
}

/** ethereumjs: its own processor on its own trie. */
export async function ethereumjsOpinion(genesis: Genesis['l2']): Promise<Opinion> {
  await loadPointEvaluation()
  const chain = await EthereumjsChain.open(genesis)
  const name = 'ethereumjs'
  return {
    name,
    judge: async ({ candidates, attributes, block, receipts, rejected }) => {
      if (rejected.length > 0) {
        const left = await chain.rejected(candidates, attributes)
        const found = firstDifference(name, sorted(rejected), sorted(left), 'rejected')
        if (found !== undefined) return { ...found, theirs: `${found.theirs}; ${JSON.stringify(left)}` }
      }
      try {
        return firstDifference(name, receipts, (await chain.import(block.encoded)).receipts, 'receipts')
      } catch (error) {
        // Which field it is: the receipts say more than roots, and roots more than the hash.
        const theirs = await chain.execute(block.transactions, attributes)
        return (
          firstDifference(name, receipts, unplaced(theirs.receipts, block), 'receipts') ??
          firstDifference(
            name,
            parseBlock(block.encoded).header,
            parseBlock(theirs.block.encoded).header,
            'header',
          ) ?? { by: name, field: 'import', ours: 'valid', theirs: messageOf(error) }
        )
      }
    },
    rewind: async (hash) => chain.rewind(hash),
    close: async () => undefined,
  }
}

/** geth, by its Engine API. */
export async function gethOpinion(program: string, genesis: Genesis['l2']): Promise<Opinion> {
  const chain = await GethChain.open(program, genesis)
  const name = 'geth'
  return {
    name,
    judge: async ({ block, receipts, requests }) => {
      const refusal = await chain.execute(block, requests)
      if (refusal !== undefined) return { by: name, field: 'newPayload', ours: 'VALID', theirs: refusal }
      await chain.choose(block)
      const raw = receipts.map((receipt) => bytesToHex(consensusReceipt(receipt)))
      return (
        firstDifference(name, raw, await chain.rawReceipts(block), 'rawReceipts') ??
        firstDifference(name, receipts, await chain.receipts(block), 'receipts')
      )
    },
    // A block on an ancestor may come at any time.
    rewind: async () => undefined,
    close: () => chain.stop(),
  }
}

const sorted = (rejected: readonly { hash: Hash }[]) => rejected.map(({ hash }) => hash).sort()

/** The receipts with the block hash of another block, which has the same transactions. */
function unplaced(receipts: readonly Receipt[], { hash }: Block): Receipt[] {
  return receipts.map((receipt) => ({
    ...receipt,
    blockHash: hash,
    logs: receipt.logs.map((log) => ({ ...log, blockHash: hash })),
  }))
}
