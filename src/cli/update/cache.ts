import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { makePrivateFolder, replaceFile } from '../../files/private.js'
import { readSmallFile } from '../smallFile.js'

const VERSION = 1
/** A release; what comes before one (`1.0.0-rc.1`) is nobody's update. */
const RELEASE = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/

/** What is known of the newest version. */
export interface UpdateCache {
  /** When the registry was asked last, in milliseconds since 1970. */
  readonly askedAt: number
  /** The newest release; null until the registry answered. */
  readonly latest: string | null
}

/** Where it is kept: `metis-seq/update.json` in the XDG cache folder. */
export function updatePath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'metis-seq', 'update.json')
}

/** Undefined where nothing that can be used is there. */
export async function readUpdateCache(path: string): Promise<UpdateCache | undefined> {
  try {
    const { version, askedAt, latest } = JSON.parse((await readSmallFile(path)) ?? '{}') as Record<string, unknown>
    if (version !== VERSION || typeof askedAt !== 'number') return undefined
    return { askedAt, latest: isRelease(latest) ? latest : null }
  } catch {
    return undefined // it is a cache: the next answer of the registry writes it anew
  }
}

/** Whole or not at all. */
export async function writeUpdateCache(path: string, cache: UpdateCache): Promise<void> {
  await makePrivateFolder(dirname(path))
  await replaceFile(path, `${JSON.stringify({ version: VERSION, ...cache })}\n`)
}

export function isRelease(value: unknown): value is string {
  return typeof value === 'string' && RELEASE.test(value)
}

/** Whether release `a` comes after release `b`; false where one of them is no release. */
export function isNewer(a: string, b: string): boolean {
  const [left, right] = [RELEASE.exec(a), RELEASE.exec(b)]
  if (left === null || right === null) return false
  for (let i = 1; i <= 3; i++) {
    const difference = Number(left[i]) - Number(right[i])
    if (difference !== 0) return difference > 0
  }
  return false
}
