import { mkdir, open } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address, Hash, Hex } from '../core/types/hex.js'

/** One line of the journal. `raw` is public once it is broadcast, and lets it be sent again. */
export type JournalEntry =
  | { event: 'signed'; hash: Hash; chainId: bigint; from: Address; nonce: number; title: string; raw: Hex }
  | { event: 'mined'; hash: Hash; block: number; status: 'success' | 'reverted' }

/** Keeps what was sent, so that a crash between signing and the receipt loses nothing. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>
}

const VERSION = 1

/** Where the journal lies: `METIS_SEQ_JOURNAL`, else `metis-seq/journal.jsonl` in the XDG state folder. */
export function journalPath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { METIS_SEQ_JOURNAL, XDG_STATE_HOME } = env
  return METIS_SEQ_JOURNAL || join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'metis-seq', 'journal.jsonl')
}

/** A journal of JSON lines; a line is on disk when `append` resolves. `now` gives milliseconds since 1970. */
export function fileJournal(path: string, now: () => number): Journal {
  return {
    append: async (entry) => {
      const line = { version: VERSION, time: new Date(now()).toISOString(), ...entry }
      const text = JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        const file = await open(path, 'a', 0o600)
        try {
          await file.writeFile(`${text}\n`)
          await file.sync()
        } finally {
          await file.close()
        }
      } catch (error) {
        throw new MetisSeqError('JOURNAL_UNWRITABLE', `The journal ${path} cannot be written: ${messageOf(error)}.`, {
          exit: Exit.data,
          next: 'Free space or mend its rights, or name another file with METIS_SEQ_JOURNAL.',
          cause: error,
        })
      }
    },
  }
}
