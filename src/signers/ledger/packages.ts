import { createRequire } from 'node:module'
import type * as NodeHid from 'node-hid'

/** The ESM build of Ledger's packages lacks file extensions and does not load under Node; their CommonJS build does. */
const require = createRequire(import.meta.url)

/** What we use of Ledger's `Transport`: one exchange at a time. */
export interface Transport {
  exchange(apdu: Buffer): Promise<Buffer>
  /** The answer with its status word. Rejects with an error that has a `statusCode` where that is not 0x9000. */
  send(cla: number, ins: number, p1: number, p2: number, data?: Buffer): Promise<Buffer>
  close(): Promise<void>
}

/** What the device needs to show a call in words; always empty here, see `newEthereumApp`. */
interface Resolution {
  domains: []
  plugin: []
  externalPlugin: []
  nfts: []
  erc20Tokens: []
}

/** What we use of `@ledgerhq/hw-app-eth`. Hex without prefix. */
export interface EthereumApp {
  getAddress(path: string, display: boolean): Promise<{ publicKey: string; address: string }>
  signTransaction(path: string, unsigned: string, resolution: Resolution): Promise<{ v: string; r: string; s: string }>
  signPersonalMessage(path: string, message: string): Promise<{ v: number; r: string; s: string }>
  getAppConfiguration(): Promise<{ arbitraryDataEnabled: number; version: string }>
}

export const NO_RESOLUTION: Resolution = { domains: [], plugin: [], externalPlugin: [], nfts: [], erc20Tokens: [] }

/**
 * The Ethereum app behind `transport`. The package can ask servers of Ledger for descriptions of a call; here it has
 * nothing to ask with, for what an operator signs is nobody else's business.
 */
export function newEthereumApp(transport: Transport): EthereumApp {
  const { default: Eth, ledgerService } = require('@ledgerhq/hw-app-eth') as {
    default: new (transport: Transport, scramble: string, config: object, service: object) => EthereumApp
    ledgerService: { parseTransaction: unknown }
  }
  const resolveTransaction = () => Promise.reject(new Error('nothing is resolved over the network'))
  return new Eth(transport, '', {}, { parseTransaction: ledgerService.parseTransaction, resolveTransaction })
}

/** A transport whose exchange and end are given. */
export function newTransport(parts: Pick<Transport, 'exchange' | 'close'>): Transport {
  const { default: Base } = require('@ledgerhq/hw-transport') as { default: new () => Transport }
  return Object.assign(new Base(), parts)
}

/** Rejects with the system's error when nothing listens there. */
export function openSpeculosTransport(host: string, apduPort: number): Promise<Transport> {
  const { default: Speculos } = require('@ledgerhq/hw-transport-node-speculos') as {
    default: { open(options: { host: string; apduPort: number }): Promise<Transport> }
  }
  return Speculos.open({ host, apduPort })
}

/** "Ledger Nano X" and so on; "Ledger" for one that the package does not know. */
export function modelOf(usbProductId: number): string {
  const { identifyUSBProductId } = require('@ledgerhq/devices') as {
    identifyUSBProductId(id: number): { productName: string } | null | undefined
  }
  return (identifyUSBProductId(usbProductId)?.productName ?? 'Ledger').replace(/\s+/g, ' ') // some have no-break spaces
}

/** An optional package with a native part. Throws what Node says when it, or a library that it needs, is absent. */
export function loadNodeHid(): typeof NodeHid {
  return require('node-hid') as typeof NodeHid
}
