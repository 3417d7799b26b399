import type { Dice } from '../../unit/execution/differential/dice.js'
import { MAX_INPUT } from './bytes.js'

/** Characters that upset terminals, regular expressions, comparisons and parsers of numbers. */
export const ODDITIES: readonly string[] = [
  '\u0000',
  '\u001b[2J',
  '\r\n',
  '\n',
  '\t',
  ' ',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  'e\u0301',
  '\u0660',
  '\uff11',
  '\u0130',
  '-',
  '-0',
  '+',
  '0x',
  '0X',
  'NaN',
  'Infinity',
  '1e400',
  '.',
  '..',
  '/',
  '\\',
  '%00',
  '%',
  "'",
  '"',
  '{}',
  '[]',
  '__proto__',
  '0'.repeat(500),
  '9'.repeat(5000),
  'f'.repeat(20_000),
  'a '.repeat(10_000),
]

type Change = (text: string, dice: Dice, samples: readonly string[]) => string

const insert: Change = (text, dice) => {
  const at = dice.below(text.length + 1)
  return text.slice(0, at) + dice.pick(ODDITIES) + text.slice(at)
}

const replace: Change = (text, dice) => {
  const at = dice.below(text.length + 1)
  const other = dice.once(3)
    ? dice.pick(ODDITIES)
    : String.fromCharCode(dice.once(2) ? dice.between(32, 126) : dice.below(0x10000))
  return text.slice(0, at) + other + text.slice(at + 1)
}

const cut: Change = (text, dice) => text.slice(0, dice.below(text.length + 1))

const remove: Change = (text, dice) => {
  const at = dice.below(text.length + 1)
  return text.slice(0, at) + text.slice(at + dice.between(1, 8))
}

const double: Change = (text, dice) => {
  const at = dice.below(text.length + 1)
  return text.slice(0, at) + text.slice(Math.max(0, at - dice.between(1, 100)))
}

const many: Change = (text, dice) =>
  text.repeat(Math.min(dice.pick([2, 100, 5000]), Math.max(1, Math.floor(MAX_INPUT / (text.length + 1)))))

const splice: Change = (text, dice, samples) => {
  const other = dice.pick(samples)
  return text.slice(0, dice.below(text.length + 1)) + other.slice(dice.below(other.length + 1))
}

const turn: Change = (text, dice) => (dice.once(2) ? text.toUpperCase() : ` ${text}\n`)

const CHANGES: readonly (readonly [number, Change])[] = [
  [5, insert],
  [6, replace],
  [3, cut],
  [3, remove],
  [2, double],
  [1, many],
  [2, splice],
  [1, turn],
]

/** As `mutatedBytes`, of text. */
export function mutatedText(samples: readonly string[], dice: Dice): string {
  if (dice.once(25)) {
    const length = dice.below(60)
    return Array.from({ length }, () =>
      dice.once(6) ? dice.pick(ODDITIES.slice(0, 36)) : String.fromCharCode(dice.between(32, 126)),
    ).join('')
  }
  let text = dice.pick(samples)
  if (dice.once(50)) return text
  for (let changes = dice.between(1, 3); changes > 0; changes--) text = dice.weighted(CHANGES)(text, dice, samples)
  return text.slice(0, MAX_INPUT)
}
