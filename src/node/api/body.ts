import type { IncomingMessage } from 'node:http'
import type { Share } from './budget.js'

/** Why a body was not read. */
export type Unread = 'too large' | 'busy'

/**
 * The body of a request as text, or why it was not read: it has more than `limit` bytes, or the budget of all requests is used up.
 * @throws TypeError where it is not UTF-8
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  share: Share,
): Promise<{ text: string } | Unread> {
  // Node lets no more bytes through than are told here; where nothing is told they are counted as they come.
  const told = Number(request.headers['content-length'] ?? 0)
  if (told > limit) return 'too large'
  if (!share.take(told)) return 'busy'
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return 'too large'
    if (told === 0 && !share.take(chunk.length)) return 'busy'
    chunks.push(chunk)
  }
  return { text: decodeUtf8(Buffer.concat(chunks)) }
}

/** @throws TypeError where `bytes` are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
