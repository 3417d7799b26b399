import { Flags } from '@oclif/core'
import { MIN_STATE_HISTORY, type StateHistory } from '../core/chain/stateHistory.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'

/** A flag that says of how many blocks a node keeps the state. */
export const stateHistoryFlag = Flags.custom<StateHistory>({
  description: 'Keep the state of so many of the latest blocks (default 8192), or of `all`.',
  env: 'METIS_SEQ_STATE_HISTORY',
  helpValue: 'BLOCKS|all',
  parse: async (text) => parseStateHistory(text),
})

/** @throws MetisSeqError `VALUE_INVALID` (exit 2) */
export function parseStateHistory(text: string): StateHistory {
  if (text === 'all') return text
  const blocks = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (blocks >= MIN_STATE_HISTORY) return blocks
  throw new MetisSeqError('VALUE_INVALID', `--state-history cannot be "${text.slice(0, 80)}".`, {
    exit: Exit.usage,
    next: `Give it a number of blocks from ${MIN_STATE_HISTORY} on, as a node may have to go back that far, or \`all\`.`,
  })
}
