import { isHex } from '../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Block, BlockAttributes, Withdrawal } from '../../../core/ports/execution.js'

const MAX_EXTRA_DATA = 32
/** Beyond it a withdrawal's index cannot be read back (6 bytes). */
const MAX_INDEX = 2 ** 48
const MAX_GWEI = 2n ** 64n

/**
 * Checks what does not follow from execution, before anything is executed on it.
 * @throws MetisSeqError `BLOCK_INVALID`: not later than `parent`, or a field that no header or body can hold
 */
export function checkAttributes(attributes: BlockAttributes, parent: Block): void {
  const { timestamp, feeRecipient, prevRandao, extraData, withdrawals } = attributes
  if (!Number.isSafeInteger(timestamp) || timestamp <= parent.timestamp) {
    throw invalid(`time ${timestamp} is not after its parent's, ${parent.timestamp}`, parent)
  }
  if (!lowerCase(feeRecipient, 20))
    throw invalid(`the fee recipient ${feeRecipient} is not a lower-case address`, parent)
  if (!lowerCase(prevRandao, 32)) throw invalid(`prevRandao ${prevRandao} is not 32 bytes of lower-case hex`, parent)
  if (!lowerCase(extraData) || extraData.length > 2 + 2 * MAX_EXTRA_DATA) {
    throw invalid(`extraData is not at most ${MAX_EXTRA_DATA} bytes of lower-case hex`, parent)
  }
  const bad = withdrawals.find((withdrawal) => !isSound(withdrawal))
  if (bad !== undefined)
    throw invalid(`withdrawal ${bad.index} to ${bad.address} of ${bad.amountGwei} gwei is malformed`, parent)
}

function isSound({ index, address, amountGwei }: Withdrawal): boolean {
  const numbered = Number.isSafeInteger(index) && index >= 0 && index < MAX_INDEX
  return numbered && lowerCase(address, 20) && amountGwei >= 0n && amountGwei < MAX_GWEI
}

function lowerCase(text: string, length?: number): boolean {
  return isHex(text, length) && text === text.toLowerCase()
}

function invalid(reason: string, parent: Block): MetisSeqError {
  return new MetisSeqError('BLOCK_INVALID', `Block ${parent.number + 1} cannot be: ${reason}.`, {
    exit: Exit.checkFailed,
    details: { reason, parent: parent.hash },
    next: 'Give the block other attributes, or refuse it.',
  })
}
