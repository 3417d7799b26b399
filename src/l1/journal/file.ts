import { constants, open, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import { makePrivateFolder, syncFolder } from '../../files/private.js'
import { type DatedEntry, formatEntry, JOURNAL_VERSION, type JournalEntry, parseEntry } from './entry.js'
import { recordsOf, type TxRecord } from './records.js'

const MAX_BYTES = 64 * 1024 * 1024
const NEWLINE = 0x0a
/** `a+`, but not through a link: in a folder that others can write to, it would lead to any file of ours. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/** Keeps what was sent, so that a crash between signing and the receipt loses nothing. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>
}

export interface JournalFile extends Journal {
  /** What the journal tells about each transaction, the oldest first. @throws MetisSeqError `JOURNAL_INVALID`, `JOURNAL_TOO_NEW` (exit 9) */
  read(): Promise<TxRecord[]>
}

/** Where the journal lies: `METIS_SEQ_JOURNAL`, else `metis-seq/journal.jsonl` in the XDG state folder. */
export function journalPath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { METIS_SEQ_JOURNAL, XDG_STATE_HOME } = env
  return METIS_SEQ_JOURNAL || join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'metis-seq', 'journal.jsonl')
}

/** A journal of JSON lines; a line is on disk when `append` resolves. `now` gives milliseconds since 1970. */
export function fileJournal(path: string, now: () => number): JournalFile {
  return {
    append: async (entry) => {
      try {
        await appendLine(path, entry, new Date(now()))
      } catch (error) {
        throw new MetisSeqError('JOURNAL_UNWRITABLE', `The journal ${path} cannot be written: ${messageOf(error)}.`, {
          exit: Exit.data,
          next: 'Free space or mend its rights, or name another file with METIS_SEQ_JOURNAL.',
          cause: error,
        })
      }
    },
    read: async () => recordsOf(await readEntries(path)),
  }
}

/** In one write at the end of the file, so that lines of two processes never mix. */
async function appendLine(path: string, entry: JournalEntry, time: Date): Promise<void> {
  await makePrivateFolder(dirname(path))
  const file = await open(path, APPEND, 0o600)
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    const torn = size > 0 && last[0] !== NEWLINE
    await file.appendFile(`${torn ? `\n${formatEntry({ event: 'torn' }, time)}` : ''}${formatEntry(entry, time)}`)
    await file.sync()
    if (size === 0) await syncFolder(dirname(path))
  } finally {
    await file.close()
  }
}

/** The lines of the journal; the last one may be cut off, for a crash may have done that. */
async function readEntries(path: string): Promise<DatedEntry[]> {
  const lines = (await readText(path)).split('\n')
  lines.pop() // empty, or cut off
  const entries: DatedEntry[] = []
  for (const [i, line] of lines.entries()) {
    if (line === '') continue // as an editor may leave it
    const value = jsonOf(line)
    if (value === undefined && /"event":"torn"/.test(lines[i + 1] ?? '')) continue
    const fail = (reason: string) => invalid(path, `line ${i + 1} cannot be read: ${reason}`)
    if (value === undefined) throw fail('it is not JSON')
    const version = (value as { version?: unknown } | null)?.version
    if (typeof version === 'number' && version > JOURNAL_VERSION) throw tooNew(path, version)
    if (version !== 1 && version !== JOURNAL_VERSION) throw fail(`its version is not ${JOURNAL_VERSION}`)
    entries.push(parseEntry(value, fail))
  }
  return entries
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw invalid(path, messageOf(error))
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // the caller says where
  }
}

function invalid(path: string, reason: string): MetisSeqError {
  return new MetisSeqError('JOURNAL_INVALID', `The journal ${path} cannot be used: ${reason}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Move it away and keep it: what it tells is on chain too, but what was signed and not sent stands only there.',
  })
}

function tooNew(path: string, version: number): MetisSeqError {
  return new MetisSeqError(
    'JOURNAL_TOO_NEW',
    `The journal ${path} has lines of version ${version}; this program knows ${JOURNAL_VERSION}.`,
    { exit: Exit.data, next: 'Update metis-seq, or name another file with METIS_SEQ_JOURNAL.' },
  )
}
