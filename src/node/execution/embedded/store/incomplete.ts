import { Exit, MetisSeqError } from '../../../../core/errors/index.js'

/** The error of a state in which something is missing that it refers to. */
export function stateIncomplete(what: string): MetisSeqError {
  return new MetisSeqError('STATE_INCOMPLETE', `The state has no ${what}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Delete the execution data of this node and let it import the chain again.',
  })
}
