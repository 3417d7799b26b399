import { isHex } from '../codec/index.js'
import { isPublicKey } from '../consensus/crypto.js'
import { Exit, MetisSeqError } from '../errors/index.js'
import type { Hex } from '../types/hex.js'

/**
 * A signer's public key as the contracts want it: 64 bytes, x and y, without the 04 that many tools put before them.
 * Takes both forms, in either case, with or without `0x`.
 * @throws MetisSeqError `PUBKEY_INVALID` (exit 2): another length, or no point of secp256k1 (rule P4)
 */
export function parsePublicKey(text: string): Hex {
  const hex = text.startsWith('0x') ? text : `0x${text}`
  const bare = isHex(hex, 65) && hex.startsWith('0x04') ? `0x${hex.slice(4)}` : hex
  if (!isHex(bare, 64)) throw invalid(text, 'it is not 64 bytes of hex')
  const key = bare.toLowerCase() as Hex
  if (!isPublicKey(key)) throw invalid(text, 'it is no point of secp256k1')
  return key
}

function invalid(text: string, reason: string): MetisSeqError {
  const shown = text.length > 40 ? `${text.slice(0, 37)}...` : text
  return new MetisSeqError('PUBKEY_INVALID', `"${shown}" is not a public key: ${reason}.`, {
    exit: Exit.usage,
    next: '`metis-seq keys show NAME` prints the public key of a key in the keystore.',
  })
}
