import { DELEGATE } from './scene.js'

type Json = null | boolean | number | string | Json[] | Fields
interface Fields {
  [key: string]: Json | undefined
}

/** What an authorization of an account that is there gives back (EIP-7702). */
const GIVEN_BACK = 12_500

/**
 * A trace of geth or ours without what is known to differ.
 * - In lists of steps geth writes the words of memory and storage without 0x and leaves out what is empty (execution-apis has them); its
 *   refunds count from what authorizations give back, ours from 0; the step for which the gas is too little costs what it would, in ours
 *   what was left.
 * - In the state before a transaction ours has the account to which another one delegates, since its code is run.
 */
export function normal(trace: unknown): Json {
  return walk(JSON.parse(JSON.stringify(trace ?? null)), '')
}

function walk(value: Json, name: string): Json {
  if (Array.isArray(value)) return value.map((each) => (name === 'memory' ? word(each) : walk(each, '')))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(compared(value)).map(([key, each]) => {
    const inner = walk(each ?? null, key)
    return name === 'storage' ? [word(key), word(inner)] : [key, inner]
  })
  return Object.fromEntries(entries)
}

function compared(fields: Fields): Fields {
  const { refund, returnData, memory, structLogs, [DELEGATE]: _, ...rest } = fields
  return {
    ...rest,
    ...(returnData === undefined || returnData === '0x' ? {} : { returnData }),
    ...(memory === undefined || (Array.isArray(memory) && memory.length === 0) ? {} : { memory }),
    ...(refund === undefined || refund === 0 || refund === GIVEN_BACK ? {} : { refund }),
    ...(structLogs === undefined
      ? {}
      : { structLogs: fields.failed === true ? withoutLastCost(structLogs) : structLogs }),
  }
}

function withoutLastCost(steps: Json): Json {
  if (!Array.isArray(steps)) return steps
  const last = steps.at(-1)
  if (typeof last !== 'object' || last === null || Array.isArray(last)) return steps
  return steps.with(-1, { ...last, gasCost: null })
}

function word<T extends Json>(value: T): T | string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? `0x${value}` : value
}
