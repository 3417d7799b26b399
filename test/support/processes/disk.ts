import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { freePortBase, type LaunchOptions, type Place, placeIn, RunningDevnet } from '../../e2e/devnet/support.js'
import { Traffic } from './traffic.js'
import { Witness } from './witness.js'

const NODES = 5
/** ms that a start may take, and a checkpoint after it. */
const BOUND = 60_000

/** How a devnet took it that its data were changed. */
export type Outcome = 'went on' | 'refused'

/** The data of a stopped devnet that was used for a while, to be copied, damaged and started. */
export class Specimen {
  readonly #root: string
  readonly #place: Place
  readonly #witness = new Witness()

  private constructor(root: string, place: Place) {
    this.#root = root
    this.#place = place
  }

  static async grow(): Promise<Specimen> {
    const root = await mkdtemp(join(tmpdir(), 'metis-seq-disk-'))
    const specimen = new Specimen(root, placeIn(root, await freePortBase()))
    const traffic = new Traffic()
    // Twice: what the first run wrote to its logs lies in tables after the second start.
    for (const settings of [['--epoch-length', '3'], []]) {
      const devnet = await RunningDevnet.start(specimen.#place, settings)
      const end = new AbortController()
      const using = traffic.run(devnet.descriptor, end.signal)
      await devnet.first('termOpened', () => true, devnet.events.length)
      await devnet.first('checkpoint', () => true, devnet.events.length)
      await specimen.#witness.look(devnet.descriptor.nodes[0]?.rpc ?? '')
      end.abort()
      await using
      await devnet.end('SIGTERM')
    }
    await specimen.#witness.checkGuards(specimen.#guards(specimen.#place))
    return specimen
  }

  /** A copy of the data, as the same devnet. */
  async copy(): Promise<Place> {
    const root = await mkdtemp(join(this.#root, 'copy-'))
    const place = placeIn(root, this.#place.portBase)
    await cp(this.#place.dataDir, place.dataDir, { recursive: true })
    return place
  }

  /** Names of its files that match, from the data folder on. */
  async files(kind: RegExp): Promise<string[]> {
    const entries = await readdir(this.#place.dataDir, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return files
      .map(({ parentPath, name }) => relative(this.#place.dataDir, join(parentPath, name)))
      .filter((name) => kind.test(name))
      .sort()
  }

  /**
   * Starts the devnet on `place`. It either goes on, with every final block and every guard as they were on all nodes, or it
   * ends with exit 9 and names `file`. @throws Error where it does neither
   */
  async tryOut(place: Place, file: string, options: LaunchOptions = {}): Promise<Outcome> {
    const devnet = RunningDevnet.launch(place, [], options)
    const witness = this.#witness.copy()
    const timer = setTimeout(() => devnet.signal('SIGKILL'), BOUND)
    try {
      const ready = await devnet.first('ready').catch(() => undefined)
      if (ready === undefined) return await requireReason(devnet, join(place.dataDir, file))
      const final = this.#witness.lastFinal
      await devnet.first('checkpoint', ({ number }) => number > final)
      for (const { rpc } of devnet.descriptor.nodes) await witness.checkFinal(rpc)
      witness.checkSeals(devnet.events)
      const failure = devnet.events.find(({ event }) => event === 'failure')
      if (failure !== undefined) throw new Error(JSON.stringify(failure))
      const code = await devnet.end('SIGTERM')
      if (code !== 130) throw new Error(`it ended with ${code}: ${devnet.words}`)
      await witness.checkGuards(this.#guards(place))
      return 'went on'
    } finally {
      clearTimeout(timer)
      await devnet.end('SIGKILL')
    }
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true })
  }

  #guards({ dataDir }: Place): string[] {
    return Array.from({ length: NODES }, (_, i) => join(dataDir, 'nodes', String(i)))
  }
}

/** What a process that ended says: a typed failure with exit 9 that names the file and what to do next. */
export async function requireReason(devnet: RunningDevnet, file: string): Promise<'refused'> {
  const code = await devnet.ended
  const { error } = parsed(devnet.words)
  const folder = file.replace(/\/[^/]+$/, '')
  const named = [file, folder, 'ordered log'].some((text) => error?.message?.includes(text))
  if (code === 9 && named && (error?.next ?? '') !== '' && !/\n {4}at /.test(devnet.words)) return 'refused'
  throw new Error(`with ${file} it ended with ${code}: ${devnet.words}`)
}

function parsed(words: string): { error?: { code?: string; message?: string; next?: string } } {
  try {
    return JSON.parse(words.slice(words.indexOf('{\n')))
  } catch {
    return {} // the whole of it is told
  }
}

/** Changes one byte of a file, `at` counted from its end where it is negative. */
export async function flip(path: string, at: number, bits: number): Promise<void> {
  const bytes = await readFile(path)
  const place = at < 0 ? Math.max(0, bytes.length + at) : at % Math.max(1, bytes.length)
  bytes[place] = (bytes[place] ?? 0) ^ bits
  const { mode } = await stat(path)
  await writeFile(path, bytes)
  await chmod(path, mode)
}

/** Gives the data at `place` to somebody else, who may read them but not write to them. */
export async function makeReadOnly({ dataDir }: Place, uid: number): Promise<void> {
  const root = dirname(dataDir)
  const give = async (path: string, mode: number) => {
    if (process.getuid?.() === 0) await chown(path, uid, -1)
    await chmod(path, mode)
  }
  await chmod(dirname(root), 0o711)
  await give(root, 0o700)
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true }))
    await give(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o500 : 0o400)
  await give(dataDir, 0o500)
}
