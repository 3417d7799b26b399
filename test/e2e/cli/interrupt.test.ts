import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'

const interrupt = new URL('../../../dist/cli/interrupt.js', import.meta.url).href

/** A program that installs the handlers, runs `body`, and says when it is ready. */
function start(body: string) {
  const source = `import { interruptSignal, watchInterrupts } from '${interrupt}'
watchInterrupts()
const alive = setInterval(() => {}, 1000)
${body}
console.log('ready')`
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
}

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends a command that does not ask for it with 130', async (signal) => {
    const child = start('')
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([130, null])
  })

  it('lets a command stop cleanly, also when one keystroke arrives twice', async () => {
    const child = start(`interruptSignal().addEventListener('abort', () => {
  console.log('stopping')
  setTimeout(() => { clearInterval(alive); process.exitCode = 0 }, 200)
})`)
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
  })

  it('ends a command that hangs while it stops, at the second keystroke', async () => {
    const child = start(
      `interruptSignal().addEventListener('abort', () => setTimeout(() => console.log('still'), 1100))`,
    )
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([130, null])
  })
})
