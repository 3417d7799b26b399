import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { observe } from '../../support/records/observe.js'
import { binary, cli, project } from './support.js'

const span = join(project, 'test/vectors/batching/span-300.hex.gz')

describe('usage errors', () => {
  it.each<[string, string[], string]>([
    ['an unknown command', ['fly'], 'There is no command "fly".'],
    ['an unknown command of a topic', ['rotation', 'fly'], 'There is no command "rotation fly".'],
    ['an unknown flag', ['rotation', 'predict', '--fly'], 'Nonexistent flag: --fly'],
    ['a missing flag', ['batch', 'encode', 'x'], 'Missing required flag format'],
    ['a missing argument', ['batch', 'decode'], 'Missing 1 required arg'],
    [
      'an unexpected argument',
      ['rotation', 'predict', '--validators', 'x', '--span', '1', 'y'],
      'Unexpected argument: y',
    ],
    [
      'a value that is no option',
      ['batch', 'encode', 'x', '--format', 'frames'],
      'Expected --format=frames to be one of',
    ],
    [
      'a value of the wrong kind',
      ['rotation', 'predict', '--validators', 'x', '--span', '1.5'],
      '--span cannot be "1.5"',
    ],
    ['a file that is not there', ['batch', 'decode', '/nonexistent/x'], '/nonexistent/x cannot be read: ENOENT'],
  ])('%s exits 2: on stderr for a person, on stdout for a script', async (_, args, message) => {
    const [human, script] = await Promise.all([cli(args), cli([...args, '--json'])])
    expect(human).toMatchObject({ code: 2, stdout: '' })
    expect(human.stderr).toContain(`Error: ${message}`)
    expect(human.stderr).toMatch(/\nNext: .+\n$/)
    expect(script).toMatchObject({ code: 2, stderr: '' })
    const { error } = JSON.parse(script.stdout)
    expect(Object.keys(error)).toEqual(['code', 'exit', 'message', 'next', 'details'])
    expect(error).toMatchObject({ exit: 2, message: expect.stringContaining(message) })
  })

  it('a command that is nearly one of ours is guessed', async () => {
    expect((await cli(['lokc'])).stderr).toContain('Next: Did you mean `metis-seq lock`?')
    expect((await cli(['keys', 'lsit'])).stderr).toContain('Did you mean `metis-seq keys list`?')
    expect((await cli(['fly'])).stderr).not.toContain('Did you mean')
  })

  it('a flag that needs another one names it', async () => {
    const { code, stderr } = await cli(['rotation', 'predict', '--validators', 'x', '--respan', '5'])
    expect(code).toBe(2)
    expect(stderr).toContain('--current')
  })
})

describe('output', () => {
  it('shows commands and exit codes in the help, and the version', async () => {
    const [help, word, none, version] = await Promise.all([cli(['--help']), cli(['help']), cli([]), cli(['--version'])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('EXIT CODES')
    expect(help.stdout).toContain('130  interrupted')
    expect(word).toEqual(help)
    expect(none).toEqual(help)
    expect(version.stdout).toMatch(/^metis-seq\/\d+\.\d+\.\d+ /)
  })

  it.each([
    [{ NO_COLOR: '1' }, []],
    [{}, ['--no-color']],
  ])('has no colour with %o %o, even where it is forced', async (env, flags) => {
    const { stdout } = await cli(['batch', 'decode', '--help', ...flags], { env: { FORCE_COLOR: '3', ...env } })
    expect(stdout).toContain('USAGE')
    expect(stdout).not.toContain('\u001b[')
  })

  it('ends quietly when its reader goes away', async () => {
    const args = ['batch', 'decode', span, '--json']
    const child = spawn(process.execPath, [binary, ...args])
    const outcome = observe(child, args)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    expect(await outcome).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('where nothing can be said, or nobody is at home', () => {
  it.runIf(process.platform === 'linux')('an output that is full ends it with exit 9 at once', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [binary, 'keys', 'list', '--json'], {
      env: { PATH: process.env.PATH, METIS_SEQ_KEYSTORE: '/nonexistent' },
      stdio: ['ignore', full, 'pipe'],
    })
    const [said, [code]] = await Promise.all([child.stderr ? text(child.stderr) : '', once(child, 'close')])
    closeSync(full)
    expect({ code, said }).toEqual({
      code: 9,
      said: expect.stringMatching(/Error: The output cannot be written: .*ENOSPC/),
    })
  })

  it.runIf(process.getuid?.() === 0)('a user without a name and a HOME is no bug', async () => {
    const child = spawn(process.execPath, [binary, 'tx', 'list', '--json'], {
      env: { PATH: process.env.PATH, METIS_SEQ_JOURNAL: '/none/journal.jsonl' },
      uid: 54_321,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { transactions: [] } })
  })

  it('an endpoint in the wrong place is repeated without its credentials', async () => {
    const { code, stderr } = await cli(['status', '1', 'https://me:secret@rpc.example/v3/0123456789abcdef0123'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/Unexpected argument: https:\/\/rpc\.example\/v3\/\*\*\*/)
  })
})
