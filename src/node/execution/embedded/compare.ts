import type { Header } from '../../../core/chain/header.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Block } from '../../../core/ports/execution.js'

type Named = Pick<Block, 'number' | 'hash'>

/** The fields in the order in which a difference is reported: causes before what follows from them. */
const FIELDS: Record<keyof Header, string> = {
  parentHash: 'parent hash',
  number: 'number',
  timestamp: 'timestamp',
  feeRecipient: 'fee recipient',
  prevRandao: 'prevRandao',
  extraData: 'extraData',
  gasLimit: 'gas limit',
  baseFee: 'base fee',
  transactionsRoot: 'transactions root',
  withdrawalsRoot: 'withdrawals root',
  gasUsed: 'gas used',
  logsBloom: 'bloom',
  receiptsRoot: 'receipts root',
  requestsHash: 'requests hash',
  stateRoot: 'state root',
}

/** @throws MetisSeqError `BLOCK_INVALID` that names the first field in which the block differs from its re-execution */
export function compareHeaders(claimed: Header, executed: Header, block: Named): void {
  for (const [field, name] of Object.entries(FIELDS) as [keyof Header, string][]) {
    if (claimed[field] === executed[field]) continue
    throw invalidBlock(block, `its ${name} is ${claimed[field]}, re-execution gives ${executed[field]}`, field)
  }
}

export function invalidBlock({ number, hash }: Named, reason: string, field?: keyof Header): MetisSeqError {
  return new MetisSeqError('BLOCK_INVALID', `Block ${number} ${hash} is invalid: ${reason}.`, {
    exit: Exit.checkFailed,
    details: { number, hash, reason, ...(field === undefined ? {} : { field }) },
    next: 'Refuse the block; its sequencer is faulty or on another chain.',
  })
}
