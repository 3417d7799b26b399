import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** One APDU and its answer, as bytes in hexadecimal. */
export interface Exchange {
  request: string
  answer: string
}

/**
 * The exchanges in the tests that Ledger publishes with its package (Apache-2.0), in the order of the file: recorded with
 * devices and with Speculos.
 */
export async function readRecordings(): Promise<Exchange[]> {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('@ledgerhq/hw-app-eth/package.json'))
  const text = await readFile(join(folder, 'tests', 'Eth.unit.test.ts'), 'utf8')
  const found = text.matchAll(/=> ?([0-9a-f]+)\s+<= ?([0-9a-f]+)/gi)
  return [...found].map(([, request = '', answer = '']) => ({
    request: request.toLowerCase(),
    answer: answer.toLowerCase(),
  }))
}

/** The signatures among them: all chunks of each, in order. */
export function signaturesOf(exchanges: readonly Exchange[]): Exchange[][] {
  const signatures: Exchange[][] = []
  for (const exchange of exchanges) {
    if (exchange.request.startsWith('e00400')) signatures.push([exchange])
    else if (exchange.request.startsWith('e00480')) signatures.at(-1)?.push(exchange)
  }
  return signatures
}
