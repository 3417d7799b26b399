import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf, PACKET, packetsOf } from '../../../../src/signers/ledger/hidFraming.js'
import { newEthereumApp } from '../../../../src/signers/ledger/packages.js'
import { type Hid, type HidPort, hidTransport, openUsb } from '../../../../src/signers/ledger/usb.js'
import { EthereumApp } from '../../../support/ledger/ethereumApp.js'

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((each) => Buffer.from(each))

describe('USB packets', () => {
  it('are those of the protocol', () => {
    const [packet, ...more] = packetsOf(0x0101, Buffer.from('e006000000', 'hex'))
    expect(packet?.toString('hex')).toBe(`0101050000${'0005'}e006000000`.padEnd(2 * PACKET, '0'))
    expect(more).toEqual([])
    const long = packetsOf(0xabcd, Buffer.alloc(260, 7))
    expect(long.map((each) => each.subarray(0, 5).toString('hex'))).toEqual(
      [0, 1, 2, 3, 4].map((i) => `abcd05${i.toString(16).padStart(4, '0')}`),
    )
  })

  it('give back what was split, between packets of others', () => {
    fc.assert(
      fc.property(bytes(2, 512), fc.integer({ min: 1, max: 0xfffe }), (answer, channel) => {
        const reader = answerOf(channel)
        const stale = packetsOf(channel + 1, Buffer.alloc(100))[0] ?? Buffer.alloc(0)
        const parts = packetsOf(channel, answer).map((packet) => [reader.add(stale), reader.add(packet)])
        const found = parts.flat().filter((each) => each !== undefined)
        expect(found).toEqual([answer])
      }),
    )
  })

  it('that are none are refused, whatever they are', () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = packetsOf(1, Buffer.alloc(100))
    const code = (...packets: Buffer[]) => {
      const reader = answerOf(1)
      try {
        return packets.map((packet) => reader.add(packet)).at(-1)
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    const changed = (at: number, value: number) => Buffer.from(first.map((byte, i) => (i === at ? value : byte)))
    expect(code(second)).toBe('LEDGER_ANSWER_INVALID')
    expect(code(first, first)).toBe('LEDGER_ANSWER_INVALID')
    expect(code(changed(2, 6))).toBe('LEDGER_ANSWER_INVALID')
    expect(code(changed(5, 0xff))).toBe('LEDGER_ANSWER_INVALID')
    expect(code(first.subarray(0, 6))).toBe('LEDGER_ANSWER_INVALID')
    expect(code(Buffer.of(1))).toBeUndefined()
    fc.assert(fc.property(fc.array(bytes(0, 64), { maxLength: 12 }), (packets) => void code(...packets)))
  })
})

/** A HID port with an Ethereum app behind it; `unplug` is what the system says of a cable that was pulled. */
class Port extends EventEmitter implements Pick<HidPort, 'write' | 'close'> {
  readonly app = new EthereumApp()
  unplugged = false
  #request = Buffer.alloc(0)

  async write(report: Buffer | number[]): Promise<number> {
    if (this.unplugged) throw new Error('Cannot write to hid device')
    const packet = Buffer.from(report).subarray(1)
    const first = packet.readUInt16BE(3) === 0
    this.#request = first ? packet.subarray(5) : Buffer.concat([this.#request, packet.subarray(5)])
    const length = this.#request.readUInt16BE(0)
    if (this.#request.length - 2 >= length) this.#answer(packet.readUInt16BE(0), this.#request.subarray(2, 2 + length))
    return report.length
  }

  #answer(channel: number, apdu: Buffer): void {
    const answer = this.app.answer(apdu)
    if (answer === 'disconnect') this.emit('error', new Error('could not read from HID device'))
    else if (answer !== 'silence') for (const packet of packetsOf(channel, answer)) this.emit('data', packet)
  }

  async close(): Promise<void> {}
}

describe('the USB transport', () => {
  const path = "44'/60'/0'/0/0"
  const unsigned = Buffer.from(`02f9${(0x0141).toString(16).padStart(4, '0')}`, 'hex')

  it('carries the Ethereum app of the package, chunks included', async () => {
    const port = new Port()
    const ethereum = newEthereumApp(hidTransport(port as unknown as HidPort, 0x1234))
    const { address } = await ethereum.getAddress(path, false)
    expect(address).toBe(port.app.wallet(`m/${path}`).address)
    const message = Buffer.alloc(400, 0x61)
    const { r, s, v } = await ethereum.signPersonalMessage(path, message.toString('hex'))
    expect(`${v}${r}${s}`).toMatch(/^(27|28)[0-9a-f]{128}$/)
    expect(port.app.screens).toEqual([{ message: message.toString() }])
  })

  it('tells a cable that was pulled, while it waits and before', async () => {
    const port = new Port()
    port.app.behaviour.person = 'looks away'
    const transport = hidTransport(port as unknown as HidPort, 1)
    const waiting = newEthereumApp(transport).getAddress(path, true)
    port.emit('error', new Error('could not read from HID device'))
    await expect(waiting).rejects.toMatchObject({ code: 'LEDGER_DISCONNECTED' })
    await expect(transport.send(0xe0, 6, 0, 0, unsigned)).rejects.toMatchObject({ code: 'LEDGER_DISCONNECTED' })
    const second = new Port()
    second.unplugged = true
    const dead = hidTransport(second as unknown as HidPort, 1)
    await expect(dead.send(0xe0, 6, 0, 0)).rejects.toMatchObject({ code: 'LEDGER_DISCONNECTED' })
  })
})

describe('USB', () => {
  const interfaceOf = (fields: object) => ({ vendorId: 0x2c97, productId: 0x4015, release: 0, interface: 0, ...fields })
  const hid = (devices: object[], open: (path: string) => Promise<HidPort>) => () =>
    ({ devicesAsync: async () => devices, HIDAsync: { open } }) as Hid
  const refused = () => Promise.reject(new TypeError('cannot open device with path /dev/hidraw0'))

  it('opens the interface for APDUs, and names the model', async () => {
    const opened: string[] = []
    const open = async (path: string) => {
      opened.push(path)
      return new Port() as unknown as HidPort
    }
    const others = [
      interfaceOf({ vendorId: 0x046d, usagePage: 0xffa0, path: 'mouse' }),
      interfaceOf({ interface: 1, usagePage: 0xf1d0, path: 'u2f' }),
    ]
    const apdus = interfaceOf({ interface: 0, usagePage: 0xffa0, path: 'apdu' })
    const { transport, model } = await openUsb(hid([...others, apdus], open))
    expect([opened, model]).toEqual([['apdu'], 'Ledger Nano X'])
    expect(await transport.send(0xe0, 6, 0, 0)).toHaveLength(6)
    await openUsb(hid([...others, interfaceOf({ path: 'no page', productId: 0x7777 })], open))
    expect(opened).toEqual(['apdu', 'no page'])
    await expect(openUsb(hid(others, open))).rejects.toMatchObject({ code: 'LEDGER_ABSENT', exit: 5 })
  })

  it.each<[string, () => Hid]>([
    ['LEDGER_ABSENT', hid([], refused)],
    ['LEDGER_NO_ACCESS', hid([interfaceOf({ path: '/dev/hidraw0' })], refused)],
    [
      'LEDGER_UNSUPPORTED',
      () => {
        throw new Error("Cannot find module 'node-hid'\nRequire stack:\n- /home/somebody/...")
      },
    ],
  ])('%s has a way out', async (code, load) => {
    const error = await openUsb(load).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, exit: 5, next: expect.stringMatching(/\w/) })
    expect(String(error)).not.toContain('Require stack')
  })
})
