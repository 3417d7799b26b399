/**
 * An endpoint as it may be shown: without user, password, query and anything in the path that looks like an access key. Of one of another
 * kind than http and WebSocket nobody can tell what is secret (`htps:key@host`), and its beginning alone is shown.
 */
export function redactUrl(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return '(not a URL)'
  }
  if (!/^(https?|wss?):$/.test(parsed.protocol)) return `${parsed.protocol.slice(0, 20)}***`
  const path = parsed.pathname.replace(/[^/]{16,}/g, '***').replace(/\/$/, '')
  return `${parsed.protocol}//${parsed.host}${path}`
}
