import type { WriteStream } from 'node:tty'
import { isColoured, isTerminal } from './streams.js'

export type Cell = string | number | bigint | undefined

/**
 * Rows under a head: with borders for a terminal, otherwise as aligned plain text that `awk` and `grep` can read.
 * A missing cell becomes `-`.
 */
export async function renderTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  stream: Pick<WriteStream, 'isTTY'> = process.stdout,
): Promise<string> {
  const text = rows.map((row) => head.map((_, i) => String(row[i] ?? '-')))
  if (!isTerminal(stream)) return plainTable([[...head], ...text])
  const { default: Table } = await import('cli-table3')
  const style = isColoured(stream) ? { head: ['bold'], border: ['grey'] } : { head: [], border: [] }
  const table = new Table({ head: [...head], style })
  table.push(...text)
  return table.toString()
}

function plainTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
