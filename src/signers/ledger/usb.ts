import { randomInt } from 'node:crypto'
import type { Device, HIDAsync } from 'node-hid'
import { messageOf } from '../../core/errors/index.js'
import { answerOf, packetsOf } from './hidFraming.js'
import { loadNodeHid, modelOf, newTransport, type Transport } from './packages.js'
import { ledgerError } from './state.js'

const LEDGER_VENDOR = 0x2c97
/** The interface that talks APDUs; others are a keyboard (U2F) or WebUSB. */
const USAGE_PAGE = 0xffa0

/** What is used of an open HID device. */
export type HidPort = Pick<HIDAsync, 'write' | 'close' | 'on'>

/** What is used of node-hid. */
export interface Hid {
  devicesAsync(): Promise<Device[]>
  HIDAsync: { open(path: string): Promise<HidPort> }
}

export interface OpenUsb {
  readonly transport: Transport
  readonly model: string
}

/**
 * Opens the first Ledger on USB.
 * @throws MetisSeqError `LEDGER_UNSUPPORTED`, `LEDGER_ABSENT`, `LEDGER_NO_ACCESS` (exit 5)
 */
export async function openUsb(load: () => Hid = loadNodeHid): Promise<OpenUsb> {
  const { hid, devices } = await supported(load)
  const device = devices.find(isApduInterface)
  if (device?.path === undefined) throw ledgerError({ state: 'absent', endpoint: { kind: 'usb' } })
  try {
    const port = await hid.HIDAsync.open(device.path)
    return { transport: hidTransport(port, randomInt(1, 0x10000)), model: modelOf(device.productId) }
  } catch (error) {
    throw ledgerError({ state: 'no-access', endpoint: { kind: 'usb' } }, error)
  }
}

/** The Ledgers that are connected. @throws MetisSeqError `LEDGER_UNSUPPORTED` (exit 5) */
async function supported(load: () => Hid): Promise<{ hid: Hid; devices: Device[] }> {
  try {
    const hid = load()
    return { hid, devices: (await hid.devicesAsync()).filter(({ vendorId }) => vendorId === LEDGER_VENDOR) }
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n')
    throw ledgerError({ state: 'unsupported', reason: reason.slice(0, 200) }, error)
  }
}

function isApduInterface({ usagePage, interface: number }: Device): boolean {
  return usagePage ? usagePage === USAGE_PAGE : number === 0 // some systems don't tell the page
}

/** APDUs over an open HID device. `channel` tells our packets from those of an earlier program. */
export function hidTransport(port: HidPort, channel: number): Transport {
  const lost = () => ledgerError({ state: 'disconnected' })
  let take: (packet: Buffer) => void = () => {}
  let fail: (error: Error) => void = () => {}
  let gone = false
  port.on('data', (packet: Buffer) => take(packet))
  port.on('error', () => {
    gone = true
    fail(lost())
  })
  return newTransport({
    exchange: (apdu) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(lost())
        const answer = answerOf(channel)
        fail = reject
        take = (packet) => {
          try {
            const whole = answer.add(packet)
            if (whole !== undefined) resolve(whole)
          } catch (error) {
            reject(error)
          }
        }
        writeAll(port, packetsOf(channel, apdu)).catch(() => reject(lost()))
      }),
    close: async () => {
      gone = true
      await port.close()
    },
  })
}

async function writeAll(port: HidPort, packets: readonly Buffer[]): Promise<void> {
  for (const packet of packets) await port.write(Buffer.concat([Buffer.of(0), packet])) // 0: the device numbers no reports
}
