import { Errors } from '@oclif/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { failureOf } from '../../../src/cli/failure.js'
import { plainJson } from '../../../src/cli/json.js'
import { isColoured } from '../../../src/cli/streams.js'
import { renderTable } from '../../../src/cli/table.js'
import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'

const named = (name: string) => Object.assign(new Error('x'), { name })

describe('failureOf', () => {
  it('keeps what a typed error says, with details as JSON can hold them', () => {
    const error = new MetisSeqError('LOCK_BELOW_MINIMUM', 'Too little.', {
      exit: Exit.precheck,
      next: 'Lock more.',
      details: { wei: 10n ** 18n },
    })
    expect(failureOf(error)).toEqual({
      code: 'LOCK_BELOW_MINIMUM',
      exit: 3,
      message: 'Too little.',
      next: 'Lock more.',
      details: { wei: '1000000000000000000' },
    })
  })

  it.each<[string, unknown, string, number]>([
    ['a parse error', new Errors.CLIError('Nonexistent flag: --x\nSee more help with --help'), 'USAGE', 2],
    ['an unknown command', new Errors.CLIError('command devnet:fly not found'), 'UNKNOWN_COMMAND', 2],
    ['an abandoned prompt', named('ExitPromptError'), 'INTERRUPTED', 130],
    ['an abort', named('AbortError'), 'INTERRUPTED', 130],
    ['anything else', new TypeError('undefined is not a function'), 'INTERNAL', 1],
    ['what is no error', 'oops', 'INTERNAL', 1],
  ])('gives %s a code and an exit', (_, error, code, exit) => {
    expect(failureOf(error)).toMatchObject({ code, exit })
    expect(failureOf(error).message).not.toContain('See more help')
  })
})

describe('plainJson', () => {
  it('loses no wei and no bytes', () => {
    const value = { a: [2n ** 70n, new Map([['b', new Set([1n])]])], c: Uint8Array.of(0, 255), d: undefined, e: null }
    const text = '{"a":["1180591620717411303424",{"b":["1"]}],"c":"0x00ff","e":null}'
    expect(JSON.stringify(plainJson(value))).toBe(text)
  })

  it('ends in a ring', () => {
    const ring: Record<string, unknown> = {}
    ring.self = ring
    expect(JSON.stringify(plainJson(ring))).toContain('[too deep]')
  })
})

describe('renderTable', () => {
  it('is plain and aligned without a terminal', async () => {
    const text = await renderTable(
      ['ID', 'STAKE'],
      [
        [1, 20000n],
        [12, undefined],
      ],
      { isTTY: false },
    )
    expect(text).toBe('ID  STAKE\n1   20000\n12  -')
  })

  it('has borders on a terminal', async () => {
    expect(await renderTable(['ID'], [[1]], { isTTY: true })).toContain('┌')
  })
})

describe('isColoured', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    [true, '', 'xterm', true],
    [true, '1', 'xterm', false],
    [true, '', 'dumb', false],
    [false, '', 'xterm', false],
  ])('terminal %s, NO_COLOR "%s", TERM %s: %s', (isTTY, noColor, term, coloured) => {
    vi.stubEnv('NO_COLOR', noColor)
    vi.stubEnv('TERM', term)
    expect(isColoured({ isTTY })).toBe(coloured)
  })
})
