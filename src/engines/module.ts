import { readFile } from 'node:fs/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'

/** By the name of the engine. */
const compiled = new Map<string, Promise<WebAssembly.Module>>()

/**
 * An engine as it is committed in `wasm`, compiled once in this thread; it can be posted to other threads.
 * @throws MetisSeqError `ENGINE_UNREADABLE` (exit 9): the package is incomplete
 */
export function engineModule(name: 'evm' | 'threshold'): Promise<WebAssembly.Module> {
  const known = compiled.get(name)
  if (known !== undefined) return known
  // The same path holds from `src` and from `dist`.
  const file = new URL(`../../wasm/${name}.wasm`, import.meta.url)
  const module = readFile(file)
    .then(WebAssembly.compile)
    .catch((cause) => {
      compiled.delete(name)
      throw unreadable(file.pathname, cause)
    })
  compiled.set(name, module)
  return module
}

function unreadable(path: string, cause: unknown): MetisSeqError {
  return new MetisSeqError('ENGINE_UNREADABLE', `The engine ${path} can't be read: ${messageOf(cause)}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Install the package again, or run `node scripts/build-wasm.mjs` in a checkout.',
    cause,
  })
}
