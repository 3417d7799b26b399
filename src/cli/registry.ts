import { resolve } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { RecordReport } from '../core/staking/registration/registry.js'
import { badInput, readJson } from './input.js'

/** Most bytes of a list of records; the live ones have less than 10 KB. */
const MAX_BYTES = 1024 * 1024
const NEXT = 'Give an all.json of metis-sequencer-resources, or one record as `metis-seq register --out` writes it.'

/** The records in the file at `path`: a list, or one alone. @throws MetisSeqError `INPUT_INVALID`, and as `readJson` (exit 2) */
export async function readRecords(path: string): Promise<unknown[]> {
  const content = await readJson(path, NEXT, MAX_BYTES)
  if (Array.isArray(content)) return content
  if (typeof content === 'object' && content !== null) return [content]
  throw badInput(path, 'it is neither a list nor a record', NEXT)
}

/** The one record in the file at `path`. @throws as `readRecords` */
export async function readOneRecord(path: string): Promise<unknown> {
  const [record, ...more] = await readRecords(path)
  if (record !== undefined && more.length === 0) return record
  throw badInput(path, 'it does not hold one record', NEXT)
}

/**
 * The L2 chain that a list is for: what the flag says, else its folder (`sequencers/1088/all.json`).
 * @throws MetisSeqError `CHAIN_MISMATCH` (exit 2): they disagree
 */
export function chainOf(path: string, given: bigint | undefined): bigint | undefined {
  const folder = /[\\/](\d{1,18})[\\/]all\.json$/.exec(resolve(path))?.[1]
  const told = folder === undefined ? undefined : BigInt(folder)
  if (given === undefined || told === undefined || given === told) return given ?? told
  throw new MetisSeqError('CHAIN_MISMATCH', `${path} lies in the folder of chain ${told}, not of ${given}.`, {
    exit: Exit.usage,
    next: 'Leave --chain out, or name the list of that chain.',
  })
}

/** Every problem with the record that it is about, and a last line with the sum. `added` is the index of the new record. */
export function renderReport(reports: readonly RecordReport[], added: number | null): string {
  const bad = reports.filter(({ problems }) => problems.length > 0)
  const lines = bad.flatMap(({ index, name, problems }) => {
    const which = `${index === added ? 'The new record' : `Record ${index}`}${name === null ? '' : ` ${JSON.stringify(name)}`}`
    return problems.map((problem) => `${which}: ${problem}`)
  })
  const records = `${reports.length} ${reports.length === 1 ? 'record' : 'records'}`
  return [...lines, bad.length === 0 ? `${records}, all valid.` : `${records}, ${bad.length} not valid.`].join('\n')
}
