import { Exit, MetisSeqError } from '../../core/errors/index.js'

/** Where the device is: the USB of this machine, or the APDU port of a Speculos emulator. */
export type LedgerEndpoint =
  | { readonly kind: 'usb' }
  | { readonly kind: 'speculos'; readonly host: string; readonly port: number }

/** Reads `usb` or `speculos://HOST:PORT`. @throws MetisSeqError `LEDGER_ENDPOINT_INVALID` (exit 2) */
export function parseEndpoint(text: string): LedgerEndpoint {
  if (text === 'usb') return { kind: 'usb' }
  const [, bracketed, plain, port] =
    /^speculos:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^\s/:[\]]+)):(\d{1,5})\/?$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host !== undefined && Number(port) > 0 && Number(port) < 65_536) {
    return { kind: 'speculos', host, port: Number(port) }
  }
  throw new MetisSeqError('LEDGER_ENDPOINT_INVALID', `A Ledger cannot be at "${text.slice(0, 80)}".`, {
    exit: Exit.usage,
    next: 'Give --ledger (or METIS_SEQ_LEDGER) usb or speculos://HOST:PORT.',
  })
}

/** The endpoint in words. */
export function placeOf(endpoint: LedgerEndpoint): string {
  return endpoint.kind === 'usb' ? 'USB' : `${endpoint.host}:${endpoint.port}`
}
