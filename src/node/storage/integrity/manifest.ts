import { Cursor } from './bytes.js'
import { Damage, readLog } from './logFile.js'

/** What a manifest says is in the database. */
export interface Version {
  /** Bytes of each table, by its number. */
  tables: Map<number, number>
  /** Number of the oldest write-ahead log whose content is not in tables yet; 0 in a database that was never opened. */
  log: number
}

/** Fields of an edit, by the number in front of them. */
const [COMPARATOR, LOG, NEXT_FILE, LAST_SEQUENCE, COMPACTED, DELETED, ADDED, PREVIOUS_LOG] = [1, 2, 3, 4, 5, 6, 7, 9]

/** The sum of all edits in a manifest. @throws Damage */
export function readManifest(bytes: Uint8Array): Version {
  const version: Version = { tables: new Map(), log: 0 }
  for (const edit of readLog(bytes)) {
    const cursor = new Cursor(edit)
    while (!cursor.done) takeField(cursor, version)
  }
  return version
}

function takeField(cursor: Cursor, version: Version): void {
  const field = cursor.varint()
  if (field === COMPARATOR) cursor.text()
  else if (field === LOG) version.log = cursor.varint()
  else if (field === NEXT_FILE || field === LAST_SEQUENCE || field === PREVIOUS_LOG) cursor.varint()
  else if (field === COMPACTED) {
    cursor.varint() // level
    cursor.text()
  } else if (field === DELETED) {
    cursor.varint() // level
    version.tables.delete(cursor.varint())
  } else if (field === ADDED) {
    cursor.varint() // level
    version.tables.set(cursor.varint(), cursor.varint())
    cursor.text() // first key
    cursor.text() // last key
  } else throw new Damage(`field ${field} is not known`)
}
