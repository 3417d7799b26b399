import { execFile, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from './support.js'

const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as typeof import('@lydell/node-pty')
const SHELLS = ['bash', 'zsh', 'fish'] as const
const absent = (shell: string) => spawnSync(shell, ['--version']).error !== undefined

let root: string
let env: Record<string, string>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'completion-'))
  env = { PATH: process.env.PATH ?? '', HOME: root, METIS_SEQ_CONFIG: join(root, 'config.json'), TERM: 'xterm' }
  const keystore = join(root, '.local', 'share', 'metis-seq', 'keystore')
  await mkdir(keystore, { recursive: true })
  for (const name of ['owner', 'other', '$(touch pwned)', 'with space'])
    await writeFile(join(keystore, `${name}.json`), '')
  const kept = { version: 2, networks: [{ name: 'mine', l1ChainId: '1' }], endpoints: { mine: {} } }
  await writeFile(join(root, 'networks.json'), JSON.stringify(kept, null, 2))
  await writeFile(join(root, 'contracts of mine.json'), '')
  for (const shell of SHELLS) {
    const { code, stdout } = await cli(['completion', shell])
    expect(code).toBe(0)
    await writeFile(join(root, `script.${shell}`), stdout)
  }
})

/** What each shell offers after the words that were typed, the last of which is being typed. */
const offered: Record<(typeof SHELLS)[number], (words: string[]) => Promise<string[]>> = {
  bash: async (words) => {
    const program = `source script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _metis_seq; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-uc', program, 'bash', 'metis-seq', ...words], {
      env,
      cwd: root,
    })
    return stdout.trim().split('\n')
  },
  zsh: async (words) => {
    // The real widget in a real terminal: the offers are whatever it hands to the shell's own `compadd`.
    const begin = `autoload -Uz compinit; compinit -u -D; source script.zsh
compadd() { builtin compadd -O offers "$@" 2>/dev/null; print -rl -- "\${offers[@]}" >> offers.txt; builtin compadd "$@" }
show() { : > offers.txt; zle expand-or-complete; print -r -- OFFERED; }
zle -N show; bindkey '^T' show; unsetopt automenu; setopt list_ambiguous; PS1='READY> '
`
    await writeFile(join(root, '.zshrc'), begin)
    const pty = spawn('zsh', ['-i'], { cols: 200, rows: 50, env: { ...env, ZDOTDIR: root }, cwd: root })
    let text = ''
    const shows = (pattern: RegExp) =>
      new Promise<void>((done) => {
        const look = pty.onData(() => {
          if (!pattern.test(text)) return
          look.dispose()
          done()
        })
      })
    pty.onData((chunk) => {
      text += chunk
    })
    await shows(/READY> /)
    pty.write(`metis-seq ${words.join(' ')}\x14`)
    await shows(/OFFERED/)
    pty.kill()
    const { stdout } = await promisify(execFile)('cat', [join(root, 'offers.txt')])
    return [...new Set(stdout.trim().split('\n'))] // the shell's helpers hand them over twice
  },
  fish: async (words) => {
    const program = 'source script.fish; complete -C "$argv"'
    const line = ['metis-seq', ...words].join(' ')
    const { stdout } = await promisify(execFile)('fish', ['--no-config', '-c', program, line], { env, cwd: root })
    return stdout
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0] ?? '')
  },
}

describe.each(SHELLS)('%s', (shell) => {
  const skipped = absent(shell) ? ` (skipped: ${shell} is not installed)` : ''
  it.skipIf(skipped)(
    `completes what is typed${skipped}`,
    async () => {
      const of = async (...words: string[]) => (await offered[shell](words)).filter((each) => each !== '').sort()
      expect(await of('networks', '')).toEqual(['add', 'list', 'remove', 'show', 'use'])
      expect(await of('netw')).toEqual(['networks'])
      expect(await of('rotation', 'p')).toEqual(['predict'])
      expect(await of('networks', 'use', '')).toEqual(['andromeda', 'devnet', 'mine', 'sepolia'])
      expect(await of('status', '--network', 'm')).toEqual(['mine'])
      expect(await of('keys', 'show', 'o')).toEqual(['other', 'owner'])
      expect(await of('lock', '5', '--from', 'ow')).toEqual(['owner'])
      expect(await of('lock', '--speed', '')).toEqual(['fast', 'normal', 'slow'])
      expect(await of('completion', 'f')).toEqual(['fish'])
      expect(await of('keys', 'remove', '--without')).toEqual(['--without-backup'])
      expect(await of('status', '--network', 'mine', '--rpc')).toEqual(['--rpc-url'])
    },
    60_000,
  )
})

describe('bash', () => {
  it('completes a value after =, files, flags of a topic, and nothing where it knows nothing', async () => {
    expect(await offered.bash(['status', '--network', '=', 'se'])).toEqual(['sepolia'])
    expect(await offered.bash(['networks', 'add', 'x', '--contracts', 'con'])).toContain('contracts of mine.json')
    expect(await offered.bash(['networks', '--'])).toEqual(['--help'])
    expect(await offered.bash(['lock', '--rpc-url', ''])).toEqual([''])
    expect(await offered.bash(['nonsense', ''])).toEqual([''])
  })

  it('offers no file name that is not a plain word, and runs nothing of it', async () => {
    expect(await offered.bash(['keys', 'show', ''])).toEqual(['other', 'owner'])
    expect(spawnSync('ls', [root]).stdout.toString()).not.toContain('pwned')
  })

  it('works with Tab in a real terminal', async () => {
    const pty = spawn('bash', ['--norc', '-i'], { cols: 120, rows: 50, env: { ...env, PS1: 'READY> ' }, cwd: root })
    const shown = new Promise<void>((done) => {
      let text = ''
      pty.onData((chunk) => {
        text += chunk
        if (/networks use sepolia /.test(text)) done()
      })
    })
    pty.write('source script.bash\rmetis-seq netw\tu\tse\t')
    await shown
    pty.kill()
  })
})

it('an unknown shell is refused with exit 2', async () => {
  expect(await cli(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' })
})
