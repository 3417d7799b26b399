import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { methods } from '../../../src/node/api/rpc/methods.js'
import { EXEMPT_FILES, EXEMPT_NAMES } from '../../support/fuzz/exempt.js'
import { closeDecoders, DECODERS } from '../../support/fuzz/table.js'

afterAll(closeDecoders)

/** Names of what reads something. */
const READS = /^(decode|parse|read|from[A-Z]|un(pack|zlib|brotli)|ask|fetch|find|bounded[A-Z])/
/** What bytes and text are taken apart with. */
const PRIMITIVES =
  /JSON\.parse\(|rlpDecode(At)?\(|new ByteReader\(|(inflate|gunzip|brotliDecompress)Sync\(|\.json\(\)|bodyJson|Transaction\.from\(|new TextDecoder\(/
const EXPORT = /^export (?:async )?(?:function\*?|const) (\w+)/gm

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ path: join('src', name), text: readFileSync(join('src', name), 'utf8') }))
const exported = new Set(
  sources.flatMap(({ path, text }) => [...text.matchAll(EXPORT)].map(([, name]) => `${path}#${name}`)),
)
const covered = new Set(DECODERS.flatMap(({ covers }) => covers))
const coveredFiles = new Set([...covered].map((each) => each.split('#')[0]))

describe('the table of decoders', () => {
  it('names every function that reads something, or says why not', () => {
    const reading = [...exported].filter((each) => READS.test(each.split('#')[1] ?? ''))
    const missing = reading.filter((each) => !covered.has(each) && EXEMPT_NAMES[each] === undefined)
    expect(missing).toEqual([])
  })

  it('covers every file that parses bytes or text, or says why not', () => {
    const parsing = sources.filter(({ text }) => PRIMITIVES.test(text.replace(/^export (async )?function \w+\(/gm, '')))
    const missing = parsing
      .map(({ path }) => path)
      .filter((path) => !coveredFiles.has(path) && EXEMPT_FILES[path] === undefined)
    expect(missing).toEqual([])
  })

  it('names nothing that is not there', () => {
    const named = [...covered, ...Object.keys(EXEMPT_NAMES)]
    expect(named.filter((each) => !exported.has(each))).toEqual([])
    const files = new Set(sources.map(({ path }) => path))
    expect(Object.keys(EXEMPT_FILES).filter((each) => !files.has(each))).toEqual([])
    const names = DECODERS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('has a request of every JSON-RPC method', async () => {
    const decoder = DECODERS.find(({ name }) => name === 'JSON-RPC request')
    const samples = (await decoder?.samples()) as string[]
    const batch = (await DECODERS.find(({ name }) => name === 'JSON-RPC batch')?.samples()) as string[]
    const text = [...samples, ...batch].join()
    // These three answer nothing on the short chain of the samples; they are tried by changes of others.
    const rest = [
      'eth_sendRawTransaction',
      'debug_traceTransaction',
      'debug_traceBlockByHash',
      'mvm_finalizedBlockNumber',
    ]
    expect(
      [...methods({ debug: true }).keys()].filter((name) => !text.includes(`"${name}"`) && !rest.includes(name)),
    ).toEqual([])
  })
})
