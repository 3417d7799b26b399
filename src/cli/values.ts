import { Args, Flags } from '@oclif/core'
import { type Hex, isHex, isMistyped, normaliseHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'

/** Most decimal digits of a whole number on the command line: those of 2^256. */
const MAX_DIGITS = 78

/** A whole number, zero or above, as the flag `name` or an argument gives it. @throws MetisSeqError `VALUE_INVALID` (exit 2) */
export function parseWhole(text: string, name: string): bigint {
  if (/^\d+$/.test(text) && text.length <= MAX_DIGITS) return BigInt(text)
  throw invalid(name, text, 'it is not a whole number, zero or above')
}

/**
 * An address as lower case. One that is written in both cases has to be right by its checksum (EIP-55).
 * @throws MetisSeqError `VALUE_INVALID` (exit 2)
 */
export function parseAddress(text: string, name: string): Hex {
  if (isMistyped(text)) throw invalid(name, text, 'its checksum is wrong (EIP-55), so a digit or a letter was mistyped')
  if (isHex(text, 20)) return normaliseHex(text, 20)
  throw invalid(name, text, 'it is not an address, 0x and 40 hexadecimal digits')
}

/** A flag that takes a whole number, zero or above, as a bigint. */
export const wholeFlag = Flags.custom<bigint>({
  parse: async (text, _, flag) => parseWhole(text, `--${flag.name}`),
})

/** A flag that takes an address. */
export const addressFlag = Flags.custom<Hex>({
  parse: async (text, _, flag) => parseAddress(text, `--${flag.name}`),
})

/** A required argument that names a file. */
export function fileArgument(description: string) {
  return Args.string({ name: 'file', description: `${description} \`-\` reads standard input.`, required: true })
}

function invalid(name: string, text: string, reason: string): MetisSeqError {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text
  return new MetisSeqError('VALUE_INVALID', `${name} cannot be "${shown}": ${reason}.`, {
    exit: Exit.usage,
    next: `Give ${name} another value.`,
  })
}
