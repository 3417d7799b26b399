import { Exit, MetisSeqError } from '../errors/index.js'

/** The error of blocks that cannot be written as a batch: the caller put them together wrongly. */
export function invalidBatch(reason: string): MetisSeqError {
  return new MetisSeqError('BATCH_INVALID', `The blocks cannot be batched: ${reason}.`, {
    exit: Exit.bug,
    severity: 'critical',
  })
}
