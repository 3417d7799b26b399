/** `2026-11-24 13:11 UTC` of seconds since 1970; a time that no calendar has is named in seconds. */
export function dateOf(seconds: bigint): string {
  if (seconds < 0n || seconds > 8_640_000_000_000n) return `${seconds} s after 1970`
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `20 days 3 h`, `5 h 12 min`, `3 min`, `40 s`: the two largest units of a span in seconds. */
export function spanOf(seconds: bigint): string {
  const units: [bigint, string][] = [
    [seconds / 86_400n, 'days'],
    [(seconds / 3600n) % 24n, 'h'],
    [(seconds / 60n) % 60n, 'min'],
    [seconds % 60n, 's'],
  ]
  const first = units.findIndex(([count]) => count > 0n)
  if (first === -1) return '0 s'
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0n)
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ')
}
