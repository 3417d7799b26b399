import { invalidAnswer } from './answers.js'

/** Bytes of a USB packet. */
export const PACKET = 64
const TAG = 0x05
/** Channel, tag, sequence number. */
const HEADER = 5
/** No answer of a Ledger is longer: an APDU has at most 255 bytes of data, and a status word. */
const MAX_ANSWER = 512

/**
 * An APDU in packets, as Ledger devices take it over HID: channel (2 bytes), tag 0x05, sequence number (2), and in the
 * first packet the length (2), then the data; the last one is filled up with zeros.
 */
export function packetsOf(channel: number, apdu: Buffer): Buffer[] {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(apdu.length)
  const data = Buffer.concat([length, apdu])
  const room = PACKET - HEADER
  return Array.from({ length: Math.ceil(data.length / room) }, (_, sequence) => {
    const packet = Buffer.alloc(PACKET)
    packet.writeUInt16BE(channel, 0)
    packet.writeUInt8(TAG, 2)
    packet.writeUInt16BE(sequence, 3)
    data.copy(packet, HEADER, sequence * room, (sequence + 1) * room)
    return packet
  })
}

/**
 * Puts the packets of one answer together: `add` gives the answer once it is whole. Packets of another channel are those
 * of an earlier program that no longer listens, and are left out.
 */
export function answerOf(channel: number): { add(packet: Buffer): Buffer | undefined } {
  let length: number | undefined
  let data = Buffer.alloc(0)
  let next = 0
  return {
    /** @throws MetisSeqError `LEDGER_ANSWER_INVALID` (exit 5) */
    add(packet) {
      if (packet.length < HEADER || packet.readUInt16BE(0) !== channel) return undefined
      if (packet.readUInt8(2) !== TAG) throw invalidAnswer('a USB packet has another tag than 0x05')
      if (packet.readUInt16BE(3) !== next) throw invalidAnswer(`USB packet ${next} is missing`)
      const first = next === 0
      if (first && packet.length < HEADER + 2) throw invalidAnswer('its first USB packet has no length')
      if (first) length = packet.readUInt16BE(HEADER)
      next += 1
      if (length === undefined || length < 2 || length > MAX_ANSWER) throw invalidAnswer(`it has ${length} bytes`)
      data = Buffer.concat([data, packet.subarray(first ? HEADER + 2 : HEADER)])
      return data.length < length ? undefined : data.subarray(0, length)
    },
  }
}
