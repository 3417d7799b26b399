import type { Dice } from '../../unit/execution/differential/dice.js'
import { mutatedText, ODDITIES } from './text.js'

/** Text that stands in JSON as it is. */
class Token {
  constructor(readonly text: string) {}
}

const NUMBERS = [
  '-0',
  '-1',
  '0.5',
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740993',
  '18446744073709551616',
  '1e21',
  '1E2',
  '4294967296',
  '0',
  '1',
  '1.0',
]
const TEXTS = [
  '',
  '0x',
  '0x0',
  '0x00',
  '0X1',
  '0xg',
  `0x${'f'.repeat(64)}`,
  `0x${'00'.repeat(20)}`,
  '0',
  '-1',
  '1e3',
  '9'.repeat(78),
  '9'.repeat(100),
  'true',
  'null',
  'latest',
  'constructor',
  'toString',
  'a\u001b[31m',
  'x'.repeat(5000),
]
/** Objects that pass for something else, and such whose conversion to text fails. */
const OBJECTS = [
  '{}',
  '[]',
  '[[]]',
  '{"toString":1,"valueOf":1}',
  '{"length":1000000000}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '["1"]',
  '{"a":1,"a":2}',
  '"\\ud800"',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`,
]
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  '',
  'version',
  'extra',
  '\u001b[31m',
]
/** Deeper than a stack of calls. */
const ABYSS = `${'['.repeat(50_000)}${']'.repeat(50_000)}`

function junk(dice: Dice): unknown {
  return dice.weighted<() => unknown>([
    [2, () => dice.pick([null, true, false])],
    [4, () => new Token(dice.pick(NUMBERS))],
    [4, () => dice.pick(TEXTS)],
    [1, () => dice.pick(ODDITIES)],
    [3, () => new Token(dice.pick(OBJECTS))],
    [dice.once(5) ? 1 : 0, () => new Token(ABYSS)],
  ])()
}

/** A text or number that is nearly the same. */
function near(value: unknown, dice: Dice): unknown {
  if (typeof value === 'number')
    return dice.pick([
      value + 1,
      value - 1,
      -value,
      String(value),
      new Token(`${value}.0`),
      new Token(`${value}e0`),
      [value],
    ])
  if (typeof value !== 'string' || value.length > 100_000) return [value]
  if (/^\d+$/.test(value) && dice.once(2))
    return dice.pick([new Token(value.replace(/^0+(?=\d)/, '')), `0${value}`, [value], `${value}0`])
  return dice.once(4) ? value.toUpperCase() : mutatedText([value], dice)
}

/** `value` with one thing in it changed, removed, doubled or added. */
function changed(value: unknown, dice: Dice): unknown {
  if (value instanceof Token) return value
  if (Array.isArray(value))
    return value.length === 0 || dice.once(8) ? otherList(value, dice) : value.with(...inner(value, dice))
  if (typeof value !== 'object' || value === null) return dice.once(2) ? near(value, dice) : junk(dice)
  const entries = Object.entries(value)
  if (dice.once(12)) return junk(dice)
  if (dice.once(8))
    return new Token(
      written(value)
        .replace(/^\{/, `{${JSON.stringify(dice.pick(KEYS))}:${written(junk(dice))},`)
        .replace(/,\}$/, '}'),
    )
  if (entries.length === 0) return junk(dice)
  const [key, each] = dice.pick(entries)
  if (dice.once(10)) return Object.fromEntries(entries.filter(([other]) => other !== key))
  // The same key twice: the last one counts.
  if (dice.once(12))
    return new Token(written(value).replace(/\}$/, `,${JSON.stringify(key)}:${written(changed(each, dice))}}`))
  return { ...value, [key]: changed(each, dice) }
}

function inner(value: readonly unknown[], dice: Dice): [number, unknown] {
  const at = dice.below(value.length)
  return [at, changed(value[at], dice)]
}

function otherList(value: readonly unknown[], dice: Dice): unknown {
  const [first] = value
  return dice.weighted<() => unknown>([
    [2, () => [...value, first ?? junk(dice)]],
    [2, () => value.slice(1)],
    [1, () => Array(dice.pick([33, 300, 3000])).fill(written(first ?? null).length > 2000 ? null : (first ?? null))],
    [2, () => junk(dice)],
  ])()
}

/** JSON, with tokens as they are. */
function written(value: unknown): string {
  if (value instanceof Token) return value.text
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}:${written(each)}`)
    .join(',')}}`
}

/** A sample with some of its values changed, or its text, as `mutatedText` does it. */
export function mutatedJson(samples: readonly string[], dice: Dice): string {
  if (dice.once(6)) return mutatedText(samples, dice)
  let value: unknown = JSON.parse(dice.pick(samples))
  for (let changes = dice.between(1, 3); changes > 0; changes--) value = changed(value, dice)
  const text = written(value)
  return dice.once(10) ? dice.pick([` ${text}`, `\ufeff${text}`, `${text}\n`, `${text} x`]) : text
}
