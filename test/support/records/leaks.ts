import type { Records, RunRecord } from './record.js'

export interface Leak {
  readonly run: RunRecord
  /** In which form it was there: `hex`, `text`, `base64`. Never the secret. */
  readonly form: string
}

interface Form {
  readonly form: string
  readonly text: string
  /** Case matters in base64 alone. */
  readonly exact: boolean
}

const PHRASE_WORDS = 4

/** Every run that printed a secret, or had one among its arguments. */
export function findLeaks({ runs, secrets }: Records): Leak[] {
  const wanted = [...new Map(secrets.map((secret) => [secret.value, secret])).values()].map(({ value, shownBy }) => {
    return { shownBy, forms: formsOf(value) }
  })
  return runs.flatMap((run) => {
    const text = [...run.args, run.output].join('\n')
    const lower = text.toLowerCase()
    const found = wanted
      .filter(({ shownBy }) => run.command === null || !shownBy.includes(run.command))
      .flatMap(({ forms }) => forms.filter((form) => (form.exact ? text : lower).includes(form.text)))
    return [...new Set(found.map(({ form }) => form))].map((form) => ({ run, form }))
  })
}

/** The ways in which a secret could be written: as it is in any case, as hex, as base64 at any offset, a phrase in parts. */
export function formsOf(secret: string): Form[] {
  const digits = /^(?:0x)?((?:[0-9a-f]{2})+)$/i.exec(secret)?.[1]?.toLowerCase()
  const bytes = digits === undefined ? Buffer.from(secret) : Buffer.from(digits, 'hex')
  const plain = digits === undefined ? [secret.toLowerCase(), ...partsOf(secret)] : []
  return [
    ...plain.map((text) => ({ form: 'text', text, exact: false })),
    { form: 'hex', text: bytes.toString('hex'), exact: false },
    ...base64Of(bytes).map((text) => ({ form: 'base64', text, exact: true })),
  ]
}

/** What is the same wherever in a longer text the bytes stand, in both alphabets. */
function base64Of(bytes: Buffer): string[] {
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(Math.ceil((before * 8) / 6), whole)
  })
  return [...new Set([...shifted, ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))])]
}

/** Any four words of a recovery phrase after one another are too many. */
function partsOf(secret: string): string[] {
  const words = secret.toLowerCase().trim().split(/\s+/)
  if (words.length < 12) return []
  return words.slice(PHRASE_WORDS - 1).map((_, i) => words.slice(i, i + PHRASE_WORDS).join(' '))
}

export function describeLeak({ run, form }: Leak): string {
  return `metis-seq ${run.command ?? '(no command)'} shows a secret as ${form}, in ${run.test}`
}
