import { readFile } from 'node:fs/promises'
import { Exit, MetisSeqError, messageOf } from '../../../../core/errors/index.js'

/** The same path holds from `src` and from `dist`. */
const file = new URL('../../../../../wasm/evm.wasm', import.meta.url)

let compiled: Promise<WebAssembly.Module> | undefined

/**
 * The execution engine as it is committed in `wasm`, compiled once in this thread; it can be posted to other threads.
 * @throws MetisSeqError `EVM_UNREADABLE` (exit 9): the package is incomplete
 */
export function evmModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(file).then(WebAssembly.compile).catch(fail)
  return compiled
}

function fail(cause: unknown): never {
  compiled = undefined
  throw new MetisSeqError(
    'EVM_UNREADABLE',
    `The execution engine ${file.pathname} can't be read: ${messageOf(cause)}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Install the package again, or run `node scripts/build-wasm.mjs` in a checkout.',
      cause,
    },
  )
}
