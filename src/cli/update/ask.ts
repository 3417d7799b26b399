import { isRelease, readUpdateCache, writeUpdateCache } from './cache.js'

const MAX_BYTES = 256 * 1024
const TIMEOUT_MS = 10_000

/**
 * The newest release that the registry knows; undefined where the answer is not one.
 * @throws Error that nobody reads: it cannot be reached, takes too long, or its answer is too long
 */
async function askRegistry(registry: string): Promise<string | undefined> {
  const url = new URL('metis-seq/latest', registry.endsWith('/') ? registry : `${registry}/`)
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) return undefined
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.length > MAX_BYTES) throw new Error('the answer is too long')
  }
  const { version } = JSON.parse(text) as { version?: unknown }
  return isRelease(version) ? version : undefined
}

// A program of its own, which `notice` starts and nobody waits for: the file to write is its argument.
const [path = ''] = process.argv.slice(2)
try {
  const latest = await askRegistry(process.env.METIS_SEQ_REGISTRY || 'https://registry.npmjs.org/')
  const cache = await readUpdateCache(path)
  if (latest !== undefined && cache !== undefined) await writeUpdateCache(path, { ...cache, latest })
} catch {
  process.exitCode = 1 // asked again in a day
}
