import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { HOST } from './ports.js'

const START_TIMEOUT = 60_000
const STOP_TIMEOUT = 5000
const CALL_TIMEOUT = 60_000
const KEPT_OUTPUT = 2000

/**
 * Runs its arguments, and ends them when descriptor 3 closes: the other end is ours, so that however this process ends,
 * by kill -9 too, anvil ends with it. In a session of its own, where the Ctrl-C of a terminal does not reach it before
 * our orderly end. Killed at once, as asked to end it may take seconds, and what counts was saved before.
 */
const GUARD =
  '"$@" </dev/null 3<&- & child=$!; { read -r _ <&3; kill -KILL "$child"; } & guard=$!; wait "$child"; code=$?; kill "$guard" 2>/dev/null; exit "$code"'

export interface Anvil {
  url: string
  /** One JSON-RPC call, given up after `timeout` ms (60,000 where absent). @throws MetisSeqError `L1_FAILED` */
  call(method: string, params?: readonly unknown[], timeout?: number): Promise<unknown>
  /** Resolves with its last words when it ended, asked or not. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** The platform's own binary: the npm wrapper would be a second process. @throws MetisSeqError `ANVIL_MISSING` */
export function anvilBinary(): string {
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${cpu}`
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    return join(folder, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
  } catch (cause) {
    throw new MetisSeqError('ANVIL_MISSING', `The package ${name}, the devnet's L1, is not installed.`, {
      exit: Exit.usage,
      next: 'Install with optional dependencies; a devnet needs Linux, macOS or Windows on x64 or arm64.',
      cause,
    })
  }
}

/**
 * Starts the devnet's L1 without mining of its own, from the state in the file `state` where one is given.
 * @throws MetisSeqError `ANVIL_MISSING`, `L1_FAILED` when it ends before it answers
 */
export async function startAnvil(options: { port: number; chainId: number; state?: string }): Promise<Anvil> {
  const flags = ['--quiet', '--no-mining', '--order', 'fifo', '--hardfork', 'prague', '--accounts', '0']
  const where = ['--host', HOST, '--port', `${options.port}`, '--chain-id', `${options.chainId}`]
  const state = options.state === undefined ? [] : ['--load-state', options.state]
  const child = spawnGuarded(anvilBinary(), [...flags, ...where, '--gas-limit', '60000000', ...state])
  const url = `http://${HOST}:${options.port}`
  const ended = endOf(child)
  const call: Anvil['call'] = (...args) => callRpc(url, ...args)
  const stop = () => stopChild(child)
  const abort = new AbortController()
  const end = ended.then((words) => {
    throw failed(`anvil ended before it answered: ${words}`)
  })
  try {
    await Promise.race([answering(call, abort.signal), end])
  } catch (error) {
    await stop()
    throw error
  } finally {
    abort.abort()
    end.catch(() => undefined)
  }
  return { url, call, ended, stop }
}

function spawnGuarded(binary: string, args: readonly string[]): ChildProcess {
  const stdio = ['ignore', 'ignore', 'pipe', 'pipe'] as const
  // Windows has neither sh nor sessions; there a killed devnet leaves its anvil behind.
  if (process.platform === 'win32') return spawn(binary, args, { stdio: [...stdio], windowsHide: true })
  return spawn('/bin/sh', ['-c', GUARD, 'anvil-guard', binary, ...args], { stdio: [...stdio], detached: true })
}

async function endOf(child: ChildProcess): Promise<string> {
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-KEPT_OUTPUT)
  })
  child.stdio[3]?.on('error', () => undefined) // its end is told by `exit`
  try {
    const [code, signal] = await once(child, 'exit')
    return words.trim() || `exit ${signal ?? code}`
  } catch (error) {
    return messageOf(error)
  }
}

async function answering(call: Anvil['call'], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT
  while (!signal.aborted) {
    try {
      await call('eth_chainId')
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(20)
    }
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  if (process.platform === 'win32') child.kill()
  else (child.stdio[3] as Writable).end()
  const timer = new AbortController()
  const late = delay(STOP_TIMEOUT, 'late', { signal: timer.signal }).catch(() => 'in time')
  if ((await Promise.race([exited, late])) === 'late') {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
    await exited
  }
  timer.abort()
}

async function callRpc(url: string, method: string, params: readonly unknown[] = [], timeout = CALL_TIMEOUT) {
  let answer: { result?: unknown; error?: { message?: string } }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(timeout),
    })
    answer = (await response.json()) as typeof answer
  } catch (cause) {
    throw failed(`${method} got no answer: ${messageOf(cause)}`, cause)
  }
  if (answer.error !== undefined) throw failed(`${method} was refused: ${answer.error.message ?? 'no reason'}`)
  return answer.result
}

/** The error of an L1 that does not do its part (exit 6). `reason` ends without a full stop. */
export function failed(reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('L1_FAILED', `The devnet's L1 failed: ${reason}.`, {
    exit: Exit.network,
    severity: 'critical',
    next: 'Start the devnet again; it goes on from what was saved.',
    cause,
  })
}
