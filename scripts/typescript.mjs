// Lets a thread read TypeScript: `--import` of a worker that starts from src (tests, benchmarks). What is built needs none of it.
import { readFile } from 'node:fs/promises'
import { createRequire, register } from 'node:module'

// The hooks run in a thread of their own, which loads this file again.
if (!import.meta.url.endsWith('?hooks')) register(`${import.meta.url}?hooks`)

const SOURCES = new URL('../src/', import.meta.url).href
/** The compiler that vite brings: a file in under a millisecond. */
const { transformSync } = createRequire(createRequire(import.meta.url).resolve('vite'))('rolldown/utils')

/** An import of `x.js` in a source means `x.ts`. */
export async function resolve(specifier, context, next) {
  const source = context.parentURL?.startsWith(SOURCES) && context.parentURL.endsWith('.ts')
  const relative = specifier.startsWith('.') && specifier.endsWith('.js')
  return next(source && relative ? specifier.replace(/\.js$/, '.ts') : specifier, context)
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const { code, errors } = transformSync(url, await readFile(new URL(url), 'utf8'), { lang: 'ts' })
  if (errors.length > 0) throw new SyntaxError(`${url}: ${errors[0].message}`)
  return { format: 'module', shortCircuit: true, source: code }
}
