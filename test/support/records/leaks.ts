import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Records, RunRecord } from './record.js'

export interface Leak {
  readonly run: RunRecord
  /** In which form it was there: `hex`, `text`, `base64`, `number`, `bytes`, `raw`. Never the secret. */
  readonly form: string
}

interface Form {
  readonly form: string
  readonly text: string
  /** Case matters in base64 and in bytes as they are. */
  readonly exact: boolean
}

const PHRASE_WORDS = 4
const KEY_BYTES = 32

/** Every run that printed a secret, or had one among its arguments. */
export function findLeaks({ runs, secrets }: Records): Leak[] {
  const wanted = [...new Map(secrets.map((secret) => [secret.value, secret])).values()].map(({ value, shownBy }) => {
    return { shownBy, forms: formsOf(value) }
  })
  return runs.flatMap((run) => {
    const texts = readingsOf([...run.args, run.output].join('\n'))
    const found = wanted
      .filter(({ shownBy }) => run.command === null || !shownBy.includes(run.command))
      .flatMap(({ forms }) => forms.filter((form) => isIn(texts, form)))
    return [...new Set(found.map(({ form }) => form))].map((form) => ({ run, form }))
  })
}

interface Readings {
  readonly exact: string
  /** In lower case, and without what separates the bytes of a list: `12, 34`, `12,\n  34` and `"0":12,"1":34` read alike. */
  readonly lower: string
  readonly lists: string
}

/** Files below `folder` that hold one of the secrets in any form, but the named ones. */
export function leaksInFiles(folder: string, secrets: readonly string[], except: readonly string[]): string[] {
  const forms = secrets.flatMap(formsOf)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    if (except.includes(name) || !statSync(join(folder, name)).isFile()) return []
    const readings = readingsOf(readFileSync(join(folder, name), 'latin1'))
    const found = forms.filter((form) => isIn(readings, form))
    return [...new Set(found.map(({ form }) => `${name}: ${form}`))]
  })
}

/** The text as it is looked through. */
function readingsOf(text: string): Readings {
  const lower = text.toLowerCase()
  return {
    exact: text,
    lower,
    lists: lower.replace(/\s*,\s*(?:\\?"\d+\\?"\s*:\s*)?/g, ',').replace(/[ \t\r\n]+/g, ' '),
  }
}

function isIn({ exact, lower, lists }: Readings, form: Form): boolean {
  return form.form === 'bytes' ? lists.includes(form.text) : (form.exact ? exact : lower).includes(form.text)
}

/**
 * The ways in which a secret could be written: as it is in any case, as JSON and URLs have it, as hex, as base64 at any
 * offset, a phrase in parts, a key as a number, its bytes as a list or as Node shows a buffer, and its bytes as they are.
 */
export function formsOf(secret: string): Form[] {
  const digits = /^(?:0x)?((?:[0-9a-f]{2})+)$/i.exec(secret)?.[1]?.toLowerCase()
  const bytes = digits === undefined ? Buffer.from(secret) : Buffer.from(digits, 'hex')
  const quoted = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
  const plain = digits === undefined ? [...new Set(quoted.map((text) => text.toLowerCase())), ...partsOf(secret)] : []
  const number = bytes.length === KEY_BYTES ? [BigInt(`0x${bytes.toString('hex')}`).toString()] : []
  const raw = bytes.length === KEY_BYTES ? [bytes.toString('latin1')] : []
  return [
    ...number.map((text) => ({ form: 'number', text, exact: false })),
    ...raw.map((text) => ({ form: 'raw', text, exact: true })),
    { form: 'bytes', text: [...bytes].join(','), exact: false },
    { form: 'bytes', text: (bytes.toString('hex').match(/../g) ?? []).join(' '), exact: false },
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
