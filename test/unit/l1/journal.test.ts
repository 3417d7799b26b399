import { appendFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { fileJournal, type JournalFile, journalPath, openRecords } from '../../../src/l1/index.js'

const from = `0x${'11'.repeat(20)}` as const
/** Of a type that the journal does not read. */
const rawOf = (byte: string) => `0x01${byte}` as const
const hashOf = (byte: string) => keccak256(hexToBytes(rawOf(byte)))
const signed = (byte: string, nonce: number) => {
  const fields = { chainId: 1n, network: 'andromeda', from, nonce, title: 'lock', raw: rawOf(byte) } as const
  return { event: 'signed', hash: hashOf(byte), ...fields } as const
}

/** The line of a transaction, as JSON has it. */
const formatted = (byte: string) => ({ ...signed(byte, 1), chainId: '1', version: 2, time: '1970-01-01T00:00:00.000Z' })

let path: string
let journal: JournalFile
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'journal-')), 'deep', 'journal.jsonl')
  journal = fileJournal(path, () => 0)
})

describe('the journal', () => {
  it('is a private file of versioned lines', async () => {
    await journal.append(signed('ab', 2))
    await journal.append({ event: 'mined', hash: hashOf('ab'), block: 9, status: 'success' })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const lines = (await readFile(path, 'utf8')).trim().split('\n')
    const base = { version: 2, time: '1970-01-01T00:00:00.000Z', hash: hashOf('ab') }
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...base, event: 'signed', chainId: '1', network: 'andromeda', from, nonce: 2, title: 'lock', raw: '0x01ab' },
      { ...base, event: 'mined', block: 9, status: 'success' },
    ])
  })

  it('tells how each transaction ended', async () => {
    expect(await journal.read()).toEqual([])
    for (const [i, byte] of ['aa', 'bb', 'cc', 'dd', 'ee'].entries()) await journal.append(signed(byte, 9 - i))
    await journal.append({ event: 'mined', hash: hashOf('aa'), block: 9, status: 'reverted' })
    await journal.append({ ...signed('ff', 8), replaces: hashOf('bb') })
    await journal.append({ event: 'replaced', hash: hashOf('bb'), by: hashOf('ff') })
    await journal.append({ event: 'refused', hash: hashOf('cc'), reason: 'nonce too low' })
    await journal.append({ event: 'mined', hash: hashOf('99'), block: 9, status: 'success' }) // of no transaction of ours
    const records = await journal.read()
    expect(records.map(({ raw, state }) => `${raw.slice(4)} ${state}`)).toEqual([
      'aa reverted',
      'bb replaced',
      'cc refused',
      'dd open',
      'ee open',
      'ff open',
    ])
    expect(records[1]).toMatchObject({ replacedBy: hashOf('ff') })
    expect(records[2]).toMatchObject({ reason: 'nonce too low' })
    expect(records[5]).toMatchObject({ replaces: hashOf('bb'), signedAt: '1970-01-01T00:00:00.000Z' })
    expect(openRecords(records, 1n).map(({ nonce }) => nonce)).toEqual([5, 6, 8])
    expect(openRecords(records, 5n)).toEqual([])
    expect(openRecords(records, 1n, `0x${'22'.repeat(20)}`)).toEqual([])
  })

  it('is read after a crash that cut off its last line, and written on', async () => {
    await journal.append(signed('aa', 1))
    await appendFile(path, '{"version":2,"time":"19')
    expect(await journal.read()).toHaveLength(1)
    await journal.append(signed('bb', 2))
    expect((await journal.read()).map(({ nonce }) => nonce)).toEqual([1, 2])
  })

  it('reads the lines of version 1, which named no network', async () => {
    await journal.append(signed('aa', 1))
    const { version: _, network: __, ...line } = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, `${JSON.stringify({ version: 1, ...line })}\n`)
    expect(await journal.read()).toMatchObject([{ network: '', state: 'open', nonce: 1 }])
  })

  it.each([
    ['JOURNAL_TOO_NEW', { version: 3, event: 'signed' }],
    ['JOURNAL_INVALID', { version: 0 }],
    ['JOURNAL_INVALID', { version: 2, time: 'never', event: 'torn' }],
    ['JOURNAL_INVALID', { version: 2, time: '1970-01-01T00:00:00.000Z', event: 'mined', hash: '0x12', block: 1 }],
    ['JOURNAL_INVALID', { version: 2, time: '1970-01-01T00:00:00.000Z', event: 'other', hash: hashOf('aa') }],
    ['JOURNAL_INVALID', { ...formatted('aa'), raw: '0x01ab' }],
    ['JOURNAL_INVALID', null],
  ])('%s: %j, exit 9, with the number of the line', async (code, line) => {
    await journal.append(signed('aa', 1))
    await appendFile(path, `${JSON.stringify(line)}\n`)
    await expect(journal.read()).rejects.toMatchObject({ code, exit: 9 })
  })

  it('skips lines that are empty', async () => {
    await journal.append(signed('aa', 1))
    await appendFile(path, '\n\n')
    await journal.append(signed('bb', 2))
    expect(await journal.read()).toHaveLength(2)
  })

  it('does not skip a damaged line in the middle', async () => {
    await journal.append(signed('aa', 1))
    await appendFile(path, 'no json\n')
    await journal.append(signed('bb', 2))
    await expect(journal.read()).rejects.toMatchObject({ code: 'JOURNAL_INVALID', message: /line 2 .* not JSON/ })
  })

  it('that cannot be written stops the sending: exit 9', async () => {
    const lost = fileJournal('/dev/null/journal.jsonl', () => 0)
    const entry = { event: 'mined', hash: hashOf('aa'), block: 9, status: 'success' } as const
    await expect(lost.append(entry)).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE', exit: 9 })
  })

  it('lies where the platform keeps state', () => {
    expect(journalPath({ XDG_STATE_HOME: '/state' })).toBe('/state/metis-seq/journal.jsonl')
    expect(journalPath({ METIS_SEQ_JOURNAL: '/other' })).toBe('/other')
  })
})
