import { stat } from 'node:fs/promises'
import { type Check, type Finding, numbered, ok, warning } from './check.js'

const SHOWN = 3

/** What was sent, and is not known to have arrived. */
export function journalChecks(): Check[] {
  return [{ name: 'journal', look: lookAtJournal }]
}

async function lookAtJournal(): Promise<Finding | Finding[]> {
  const { fileJournal, journalPath } = await import('../../l1/journal/index.js')
  const path = journalPath()
  const records = await fileJournal(path, Date.now).read()
  const open = records.filter(({ state }) => state === 'open')
  if (open.length === 0)
    return [...(await privacy(path)), ok(`${path}: ${numbered(records.length, 'transaction')}, none under way`)]
  const shown = open
    .slice(0, SHOWN)
    .map(({ title, network, nonce }) => `"${title}"${network && ` on ${network}`} (nonce ${nonce})`)
  const more = open.length > SHOWN ? ` and ${open.length - SHOWN} more` : ''
  return [
    ...(await privacy(path)),
    warning(
      `${open.length} ${open.length === 1 ? 'transaction was' : 'transactions were'} signed and not seen to arrive: ${shown.join(', ')}${more}`,
      '`metis-seq tx list` shows them; `metis-seq tx resume` goes on. Until then their account sends nothing else.',
    ),
  ]
}

async function privacy(path: string): Promise<Finding[]> {
  const mode = await stat(path).then(
    ({ mode: rights }) => rights & 0o022,
    () => 0,
  )
  if (mode === 0 || process.platform === 'win32') return []
  return [warning(`other users can write to ${path}`, `Run \`chmod 600 ${path}\`.`)]
}
