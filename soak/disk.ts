import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { RunningDevnet } from '../test/e2e/devnet/support.js'
import { flip, requireReason, Specimen } from '../test/support/processes/disk.js'
import { seededRandom } from '../test/support/random.js'
import { paced, type SoakOptions } from './pace.js'

/** Kinds of files in the folder of a devnet, by what their names match. */
const KINDS: Readonly<Record<string, RegExp>> = {
  'devnet descriptor': /^devnet\.json$/,
  genesis: /^genesis\.json$/,
  'network id': /^network-id$/,
  version: /^version$/,
  'saved L1': /^l1\//,
  keystore: /^keystore\/.*json$/,
  'password file': /^keystore\/.*password$/,
  lock: /^lock\//,
  'ordered log': /^log\/(\d|MANIFEST|CURRENT)/,
  'group guard': /^group\/(\d|MANIFEST|CURRENT)/,
  chain: /\/chain\/(\d|MANIFEST|CURRENT)/,
  consensus: /\/consensus\/(\d|MANIFEST|CURRENT)/,
  seals: /\/seals\/(\d|MANIFEST|CURRENT)/,
  guard: /\/guard\/(\d|MANIFEST|CURRENT)/,
  blobs: /\/blobs\/(\d|MANIFEST|CURRENT)/,
  'text of LevelDB': /\/LOG(\.old)?$/,
}
/** Stores whose last writes may be lost alone; the others are found out by what else was written. */
const TORN = /\/(chain|seals|consensus|blobs)\/\d+\.log$|^log\/\d+\.log$/

type Row = { kind: string; tries: number; refused: number; 'went on': number }

/** A flipped byte in any file of a stopped devnet, lost last writes, a disk that is full: it goes on as it was, or says why not. */
export async function run(options: SoakOptions): Promise<object[]> {
  const random = seededRandom(options.seed)
  const specimen = await Specimen.grow()
  const rows = new Map<string, Row>()
  const kinds = [...Object.keys(KINDS), 'last writes', 'full disk']
  for (const round of paced(options, 8 * kinds.length, () => 'no data was taken for what they are not')) {
    const kind = kinds[round % kinds.length] ?? ''
    const row = rows.get(kind) ?? { kind, tries: 0, refused: 0, 'went on': 0 }
    rows.set(kind, row)
    row.tries += 1
    row[await tryKind(specimen, kind, random)] += 1
  }
  await specimen.remove()
  return [...rows.values()]
}

async function tryKind(specimen: Specimen, kind: string, random: (below: number) => number) {
  const place = await specimen.copy()
  if (kind === 'full disk') {
    const fileLimit = 200 + random(400)
    const devnet = RunningDevnet.launch(place, [], { fileLimit })
    await requireReason(devnet, join(place.dataDir, 'any'))
    return specimen.tryOut(place, '')
  }
  const files = await specimen.files(KINDS[kind] ?? TORN)
  const file = files[random(files.length)] ?? ''
  const path = join(place.dataDir, file)
  const at = random(2) === 0 ? random(1_000_000) : -1 - random(200)
  const bits = 1 + random(255)
  try {
    if (kind === 'last writes') await truncate(path, random(3000))
    else await flip(path, at, bits)
    return await specimen.tryOut(place, file)
  } catch (error) {
    throw new Error(`${kind}: ${file}, byte ${at}, bits ${bits}`, { cause: error })
  }
}
