/** An endpoint as it may be shown: without user, password, query and anything in the path that looks like an access key. */
export function redactUrl(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return '(not a URL)'
  }
  const path = parsed.pathname.replace(/[^/]{16,}/g, '***').replace(/\/$/, '')
  return `${parsed.protocol}//${parsed.host}${path}`
}
