import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { bytesToHex } from '../../../src/core/codec/index.js'
import { devnetAccounts, type TestKey } from '../../../src/devnet/accounts.js'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import type { DevnetEvent } from '../../../src/devnet/events.js'
import { observe } from '../../support/records/observe.js'
import { recordProcesses, secret } from '../../support/records/secrets.js'
import { binary, cli, type Outcome, project } from '../cli/support.js'

type Named<Name extends DevnetEvent['event']> = Extract<DevnetEvent, { event: Name }>

/** Where a test's devnet lies and how its commands find it: nothing of the machine's own settings. */
export interface Place {
  dataDir: string
  portBase: number
  env: Record<string, string>
}

export function placeIn(root: string, portBase: number): Place {
  const env = { HOME: root, XDG_DATA_HOME: `${root}/data`, XDG_CONFIG_HOME: `${root}/config` }
  return { dataDir: `${root}/devnet`, portBase, env }
}

/** Ten ports that are free now. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 20_000 + 10 * ((process.pid + attempt * 37) % 1000)
    const free = await Promise.all(Array.from({ length: 10 }, (_, i) => isFree(base + i)))
    if (free.every((each) => each)) return base
  }
  throw new Error('no ten ports in a row are free')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** How a test gets into the process. */
export interface LaunchOptions {
  /** A module that is loaded before the program. */
  preload?: string
  env?: Record<string, string>
  /** kB that a file may have: a write beyond that fails, as on a disk that is full. */
  fileLimit?: number
  /** Another user, where the tests run as root, whom permissions mean nothing to. */
  uid?: number
}

/** `metis-seq run --devnet --json` as a process of its own, and its events so far. */
export class RunningDevnet {
  readonly events: DevnetEvent[] = []
  readonly #child: ChildProcess
  readonly #place: Place
  readonly #listeners = new Set<() => void>()
  readonly #exit: Promise<number | null>
  #errors = ''

  private constructor(place: Place, extra: readonly string[], { preload, env = {}, fileLimit, uid }: LaunchOptions) {
    this.#place = place
    const where = ['--data-dir', place.dataDir, '--port-base', String(place.portBase)]
    const args = ['run', '--devnet', '--json', ...where, ...extra]
    const before = preload === undefined ? [] : ['--import', preload]
    const command = [process.execPath, ...before, binary, ...args]
    // With the signal ignored, the write itself fails.
    const limited = ['sh', '-c', `trap '' XFSZ; ulimit -f ${fileLimit ?? 0}; exec "$@"`, 'sh', ...command]
    const [program = '', ...words] = fileLimit === undefined ? command : limited
    this.#child = spawn(program, words, {
      cwd: project,
      ...(uid === undefined ? {} : { uid }),
      env: { PATH: process.env.PATH ?? '', ...place.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString()
    })
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line))
    }
    this.#exit = observe(this.#child, args).then(({ code }) => code)
    this.#exit.finally(() => this.#wake()).catch(() => {}) // `end` tells it
  }

  /** The process as soon as it is there; it may never get ready. */
  static launch(place: Place, extra: readonly string[] = [], options: LaunchOptions = {}): RunningDevnet {
    keepKeys()
    return new RunningDevnet(place, extra, options)
  }

  static async start(place: Place, extra: readonly string[] = [], options: LaunchOptions = {}): Promise<RunningDevnet> {
    const devnet = RunningDevnet.launch(place, extra, options)
    await devnet.first('ready')
    recordProcesses(devnet.pid)
    return devnet
  }

  /** How it ended, when it does: null where a signal ended it. */
  get ended(): Promise<number | null> {
    return this.#exit
  }

  /** What it said that was no event: a failure, the last thing said. */
  get words(): string {
    return this.#errors
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get descriptor(): DevnetDescriptor {
    const ready = this.events.find((event): event is Named<'ready'> => event.event === 'ready')
    if (ready === undefined) throw new Error('the devnet is not ready')
    return ready
  }

  /** The first event of that name from number `from` on for which `test` holds, when it comes. */
  async first<Name extends DevnetEvent['event']>(
    name: Name,
    test: (event: Named<Name>) => boolean = () => true,
    from = 0,
  ): Promise<Named<Name>> {
    for (let next = from; ; next++) {
      while (next >= this.events.length) await this.#more(name)
      const event = this.events[next]
      if (event?.event === name && test(event as Named<Name>)) return event as Named<Name>
    }
  }

  /** Another command about this devnet. */
  command(...args: string[]): Promise<Outcome> {
    return cli([...args, '--data-dir', this.#place.dataDir, '--json'], { env: this.#place.env })
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal)
    return this.#exit
  }

  #take(line: string): void {
    // An event is one line; a failure, the last thing said, has several.
    if (/^\{".*\}$/.test(line)) this.events.push(JSON.parse(line) as DevnetEvent)
    else this.#errors += `${line}\n`
    this.#wake()
  }

  #wake(): void {
    for (const listener of this.#listeners) listener()
  }

  async #more(awaited: string): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      throw new Error(`the devnet ended while "${awaited}" was awaited: ${this.#errors || this.#child.exitCode}`)
    }
    await new Promise<void>((resolve) => {
      const listener = () => {
        this.#listeners.delete(listener)
        resolve()
      }
      this.#listeners.add(listener)
    })
  }
}

/** What `devnet info` and the event `ready` show on purpose; the other keys are as public, but nothing is to print them. */
function keepKeys(): void {
  const { admin, users, ...rest } = devnetAccounts(4)
  const keep = ({ privateKey }: TestKey, shownBy: string[]) => secret(bytesToHex(privateKey), shownBy)
  for (const key of [admin, ...users]) keep(key, ['devnet info', 'run'])
  for (const key of Object.values(rest).flat()) keep(key, [])
}

/** Processes that have the port of this devnet's L1 in their arguments. */
export function processesOf(place: Place): string[] {
  const listing = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
  return listing.split('\n').filter((line) => line.includes(`--port ${place.portBase} `))
}
