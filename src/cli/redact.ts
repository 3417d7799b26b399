/** A word of the command line with as many hexadecimal digits as a private key has, perhaps behind `--flag=` or `ledger:`. */
const KEY = /^(?:.*[=:])?-{0,2}(?:0x)?([0-9a-f]{64})$/i
/** Digits that are worth hiding: a message may show the beginning of a word alone. */
const PART = /(?:0x)?[0-9a-f]{16,}/gi
const HIDDEN = '***'
/** Words of the shortest recovery phrase. */
const PHRASE = 12
/** Their arguments are hashes, which look the same and are no secret. */
const TAKES_HASHES: readonly string[] = ['tx', 'snapshot']

/**
 * What is said of a command that failed, without what may be a private key or a phrase that was put on the command line: it
 * would stay in logs and reports after the person has noticed.
 */
export function withoutKeys(text: string, argv: readonly string[]): string {
  if (TAKES_HASHES.includes(argv[0] ?? '')) return text
  const keys = argv.flatMap((word) => KEY.exec(word)?.[1]?.toLowerCase() ?? [])
  const isPart = (part: string) => keys.some((key) => key.includes(part.toLowerCase().replace(/^0x/, '')))
  return text
    .replace(PART, (part) => (isPart(part) ? HIDDEN : part))
    .replace(/(Unexpected arguments:) (.*)/, (line, head: string, words: string) =>
      words.split(', ').length >= PHRASE ? `${head} ${HIDDEN}` : line,
    )
}
