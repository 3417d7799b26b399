import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { boundedText } from '../l1/boundedText.js'
import type { ControlFile } from './control.js'
import { type DevnetDescriptor, descriptorOf, devnetFolder } from './descriptor.js'

const TIMEOUT = 30_000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * Asks the running devnet of `dataDir`, else the one started last, how it is now; with `action` it first stops or starts a node, or
 * asks the members of the group to share their key anew.
 * @throws MetisSeqError `DEVNET_NOT_RUNNING` (exit 6), or what the devnet refused
 */
export async function askDevnet(
  dataDir: string | undefined,
  action?: { what: 'stop' | 'start'; index: number } | { what: 'refreshGroup' },
): Promise<DevnetDescriptor> {
  const folder = await devnetFolder(dataDir)
  const { url, token } = await readControl(folder)
  const path = pathOf(action)
  let status: number
  let text: string
  try {
    const response = await fetch(url + path, {
      method: action === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT),
    })
    status = response.status
    text = await boundedText(response, MAX_BYTES)
  } catch (error) {
    throw notRunning(folder, error)
  }
  if (status === 401) throw notRunning(folder) // another devnet has that port now
  if (status !== 200) throw refusal(text)
  const content = objectOf(text)
  if (content === undefined) throw notRunning(folder) // another program has that port now
  return descriptorOf(content, url)
}

function pathOf(action: Parameters<typeof askDevnet>[1]): string {
  if (action === undefined) return '/info'
  return action.what === 'refreshGroup' ? '/group/refresh' : `/nodes/${action.index}/${action.what}`
}

async function readControl(folder: string): Promise<ControlFile> {
  try {
    const content = JSON.parse(await readFile(join(folder, 'control.json'), 'utf8')) as Partial<ControlFile>
    if (content.version === 1 && typeof content.url === 'string' && typeof content.token === 'string') {
      return content as ControlFile
    }
  } catch (error) {
    throw notRunning(folder, error)
  }
  throw notRunning(folder)
}

/** What the devnet refused with, as far as it can be read. */
function refusal(text: string): MetisSeqError {
  const { code, exit, message, next, details } = fieldsOf(objectOf(text)?.error)
  return new MetisSeqError(
    typeof code === 'string' ? code : 'DEVNET_REFUSED',
    typeof message === 'string' ? message : 'The devnet refused.',
    {
      exit: Object.values(Exit).find((each) => each === exit) ?? Exit.network,
      ...(typeof next === 'string' ? { next } : {}),
      details: fieldsOf(details),
    },
  )
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return undefined // which the caller says in its own words
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function notRunning(folder: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('DEVNET_NOT_RUNNING', `No devnet runs on ${folder}.`, {
    exit: Exit.network,
    next: 'Start it with `npm start`, or name the folder of a running one with --data-dir.',
    details: { dataDir: folder },
    cause,
  })
}
