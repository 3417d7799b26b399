import { isHex, normaliseHex } from '../core/codec/index.js'
import type { MetisSeqError } from '../core/errors/index.js'
import type { SpanValidator } from '../core/selection/themis.js'
import { badInput } from './input.js'

/** What a file of validators looks like, for help and errors. */
export const VALIDATORS_EXAMPLE = '[{ "id": 1, "signer": "0xeca7...474d", "power": 20000 }]'

const MAX_VALIDATORS = 10_000

/**
 * The validators of a file `[{ id, signer, power }]`, in its order; `power` is whole METIS, a number or decimal text.
 * @throws MetisSeqError `INPUT_INVALID` (exit 2)
 */
export function parseValidators(path: string, content: unknown): SpanValidator[] {
  if (!Array.isArray(content)) throw refuse(path, 'it is no list')
  if (content.length > MAX_VALIDATORS) throw refuse(path, `it has more than ${MAX_VALIDATORS} validators`)
  const seen = new Set<string>()
  return content.map((item: unknown, i): SpanValidator => {
    const { id, signer, power } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>
    const validator = {
      id: whole(path, `id of validator ${i}`, id),
      signer: address(path, i, signer),
      power: whole(path, `power of validator ${i}`, power),
    }
    if (validator.id > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse(path, `the id of validator ${i} is above 2^53 - 1`)
    if (seen.has(validator.signer)) throw refuse(path, `the signer ${validator.signer} is listed twice`)
    seen.add(validator.signer)
    return validator
  })
}

function address(path: string, i: number, value: unknown): SpanValidator['signer'] {
  if (typeof value === 'string' && isHex(value, 20)) return normaliseHex(value, 20)
  throw refuse(path, `the signer of validator ${i} is not an address`)
}

function whole(path: string, what: string, value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (typeof value === 'string' && /^\d{1,30}$/.test(value)) return BigInt(value)
  throw refuse(path, `the ${what} is not a whole number, zero or above`)
}

function refuse(path: string, reason: string): MetisSeqError {
  return badInput(path, reason, `It looks like ${VALIDATORS_EXAMPLE}.`)
}
