import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Exit, type ExitCode, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { ControlFile } from './control.js'
import { type DevnetDescriptor, devnetFolder, parseDescriptor } from './descriptor.js'

const TIMEOUT = 30_000

/**
 * Asks the running devnet of `dataDir`, else the one started last, how it is now; with `action` it first stops or starts a node.
 * @throws MetisSeqError `DEVNET_NOT_RUNNING` (exit 6), or what the devnet refused
 */
export async function askDevnet(
  dataDir: string | undefined,
  action?: { what: 'stop' | 'start'; index: number },
): Promise<DevnetDescriptor> {
  const folder = await devnetFolder(dataDir)
  const { url, token } = await readControl(folder)
  const path = action === undefined ? '/info' : `/nodes/${action.index}/${action.what}`
  let status: number
  let text: string
  try {
    const response = await fetch(url + path, {
      method: action === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT),
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    throw notRunning(folder, error)
  }
  if (status === 401) throw notRunning(folder) // another devnet has that port now
  if (status !== 200) throw refusal(text)
  return parseDescriptor(JSON.stringify({ version: 1, ...(JSON.parse(text) as object) }), url)
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

function refusal(text: string): MetisSeqError {
  let error: { code?: string; exit?: number; message?: string; next?: string; details?: Record<string, unknown> }
  try {
    error = (JSON.parse(text) as { error?: typeof error }).error ?? {}
  } catch (cause) {
    error = { message: `The devnet's answer is not JSON (${messageOf(cause)}).` }
  }
  return new MetisSeqError(error.code ?? 'DEVNET_REFUSED', error.message ?? 'The devnet refused.', {
    exit: (error.exit ?? Exit.network) as ExitCode,
    ...(error.next === undefined ? {} : { next: error.next }),
    details: error.details ?? {},
  })
}

function notRunning(folder: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('DEVNET_NOT_RUNNING', `No devnet runs on ${folder}.`, {
    exit: Exit.network,
    next: 'Start it with `npm start`, or name the folder of a running one with --data-dir.',
    details: { dataDir: folder },
    cause,
  })
}
