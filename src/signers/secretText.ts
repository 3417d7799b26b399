import { isHex, normaliseHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Hex } from '../core/types/hex.js'

const DEFAULT_PATH = "m/44'/60'/0'/0/0"

/**
 * The private key that a text is or leads to: 32 bytes of hex, or a recovery phrase (BIP-39) with a path (BIP-32).
 * Nothing of the text is ever repeated in an error.
 * @throws MetisSeqError `SECRET_INVALID`, `PATH_INVALID` (exit 2)
 */
export async function privateKeyOfText(text: string, path = DEFAULT_PATH): Promise<Hex> {
  const { HDNodeWallet, Mnemonic, SigningKey } = await import('ethers')
  const words = text.trim().toLowerCase().split(/\s+/)
  if (words.length === 1) {
    const hex = `0x${(words[0] ?? '').replace(/^0x/, '')}`
    if (!isHex(hex, 32)) throw invalid('it is neither 64 hexadecimal digits nor a phrase')
    try {
      if (new SigningKey(hex).publicKey !== '') return normaliseHex(hex, 32) // the public key tells a number out of range
    } catch {
      // falls through to the reason
    }
    throw invalid('the number is no key of secp256k1')
  }
  const phrase = words.join(' ')
  if (!Mnemonic.isValidMnemonic(phrase)) {
    throw invalid(`the phrase of ${words.length} words has an unknown word, or its checksum is wrong`)
  }
  if (!/^m(\/\d{1,10}'?){1,10}$/.test(path)) throw badPath(path)
  try {
    return normaliseHex(HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(phrase), path).privateKey, 32)
  } catch {
    throw badPath(path) // an index of 2^31 or more
  }
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('SECRET_INVALID', `What was given is no private key: ${reason}.`, {
    exit: Exit.usage,
    next: 'Check it and type it again; no key was made.',
  })
}

function badPath(path: string): MetisSeqError {
  return new MetisSeqError('PATH_INVALID', `"${path.slice(0, 80)}" is no derivation path.`, {
    exit: Exit.usage,
    next: `Give --path a path like ${DEFAULT_PATH}.`,
  })
}
