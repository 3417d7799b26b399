import { DELEGATE } from './scene.js'

type Json = null | boolean | number | string | Json[] | Fields
interface Fields {
  [key: string]: Json | undefined
}

/**
 * A trace of geth or ours without what is known to differ:
 * - geth writes the words of memory and storage without 0x and leaves out what is empty (execution-apis has them);
 * - geth adds the hash of the code beside the code, and leaves out accounts that were not there;
 * - ours has, in the state before a transaction, the account to which another one delegates, since its code is run;
 * - ours has the logs of calls that failed;
 * - the cost of CREATE2 holds here what is handed on, and that of the step that runs out of gas is what was left;
 * - refunds count from 0 here, in geth from what authorizations give back.
 */
export function normal(trace: unknown): Json {
  return walk(JSON.parse(JSON.stringify(trace ?? null)), '')
}

function walk(value: Json, name: string): Json {
  if (Array.isArray(value)) return value.map((each) => (name === 'memory' ? word(each) : walk(each, '')))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(known(value, name)).map(([key, each]) => {
    const inner = walk(each ?? null, key)
    return name === 'storage' ? [word(key), word(inner)] : [key, inner]
  })
  return Object.fromEntries(entries)
}

/** The fields that are compared. */
function known(fields: Fields, name: string): Fields {
  const { codeHash: _, refund, returnData, memory, gasCost, logs, structLogs, [DELEGATE]: __, ...rest } = fields
  const failed = typeof rest.error === 'string'
  const last = structLogs === undefined || fields.failed !== true ? structLogs : withoutLastCost(structLogs)
  return {
    ...(name === 'pre' ? withoutAbsent(rest) : rest),
    ...(returnData === undefined || returnData === '0x' ? {} : { returnData }),
    ...(memory === undefined || (Array.isArray(memory) && memory.length === 0) ? {} : { memory }),
    ...(gasCost === undefined || rest.op === 'CREATE2' ? {} : { gasCost }),
    ...(logs === undefined || failed ? {} : { logs }),
    ...(last === undefined ? {} : { structLogs: last }),
    ...(refund === undefined || refund === 0 || refund === 12_500 ? {} : { refund }),
  }
}

function withoutAbsent(accounts: Fields): Fields {
  return Object.fromEntries(Object.entries(accounts).filter(([, each]) => JSON.stringify(each) !== '{"balance":"0x0"}'))
}

function withoutLastCost(steps: Json): Json {
  if (!Array.isArray(steps)) return steps
  const last = steps.at(-1)
  if (typeof last !== 'object' || last === null || Array.isArray(last)) return steps
  return steps.with(-1, { ...last, gasCost: undefined })
}

function word<T extends Json>(value: T): T | string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? `0x${value}` : value
}
