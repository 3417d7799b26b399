import { getBytes, HDNodeWallet, hashMessage, Mnemonic, SigningKey } from 'ethers'
import { type PendingTransaction, readTransaction } from './transaction.js'

/** The seed with which Speculos starts where none is given; it is public, and some of Ledger's recordings are made with it. */
export const SPECULOS_SEED =
  'glory promote mansion idle axis finger extra february uncover one trip resource lawn turtle enact monster seven myth punch hobby comfort wild raise skin'

const status = (word: number) => Buffer.of(word >> 8, word & 0xff)
const OK = status(0x9000)
const INVALID = status(0x6a80)

/** How the device is set, and what its person does. May be changed at any time. */
export interface Behaviour {
  app: { name: string; version: string } | 'dashboard'
  locked: boolean
  blindSigning: boolean
  person: 'approves' | 'rejects' | 'looks away'
  /** Pull the cable after so many APDUs of a signature; counted down. */
  unplugAfter: number | undefined
  /** Do not answer at all. */
  frozen: boolean
  /** Sign with another account than the one that is asked for. */
  signsWith: string | undefined
}

/** The Ethereum app of a Ledger on the level of APDUs (app-ethereum, "APDU documentation"), with a real seed. */
export class EthereumApp {
  readonly behaviour: Behaviour = {
    app: { name: 'Ethereum', version: '1.14.0' },
    locked: false,
    blindSigning: true,
    person: 'approves',
    unplugAfter: undefined,
    frozen: false,
    signsWith: undefined,
  }
  /** What was on the screen, for each time that a person was asked. */
  readonly screens: Record<string, string>[] = []
  readonly #mnemonic: Mnemonic
  #transaction: PendingTransaction | undefined
  #message: { path: string; length: number; data: Buffer } | undefined

  constructor(phrase = SPECULOS_SEED) {
    this.#mnemonic = Mnemonic.fromPhrase(phrase)
  }

  wallet(path: string): HDNodeWallet {
    return HDNodeWallet.fromMnemonic(this.#mnemonic, path)
  }

  address(path: string): `0x${string}` {
    return this.wallet(path).address.toLowerCase() as `0x${string}`
  }

  answer(apdu: Buffer): Buffer | 'silence' | 'disconnect' {
    const { app, locked, frozen } = this.behaviour
    const [cla = 0, ins = 0, p1 = 0, p2 = 0, length = 0] = apdu
    const data = apdu.subarray(5)
    if (frozen) return 'silence'
    if (locked) return status(0x5515)
    if (data.length !== length) return status(0x6700)
    if (cla === 0xb0 && ins === 0x01) return this.#appAndVersion()
    if (app === 'dashboard') return status(0x6e01)
    if (cla !== 0xe0 || app.name !== 'Ethereum') return status(0x6e00)
    switch (ins) {
      case 0x02:
        return this.#publicKey(p1, p2, data)
      case 0x04:
        return this.#sign(p1, data, app.version)
      case 0x06:
        return Buffer.concat([Buffer.of(this.behaviour.blindSigning ? 0x03 : 0x02), this.#numbers(app.version), OK])
      case 0x08:
        return this.#signMessage(p1, data)
      default:
        return status(0x6d00)
    }
  }

  #appAndVersion(): Buffer {
    const { app } = this.behaviour
    const { name, version } = app === 'dashboard' ? { name: 'BOLOS', version: '1.6.0' } : app
    const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value, 'latin1')])
    return Buffer.concat([Buffer.of(1), text(name), text(version), Buffer.of(1, 0), OK])
  }

  #numbers(version: string): Buffer {
    return Buffer.from(version.split('.').map((part) => Number.parseInt(part, 10)))
  }

  #publicKey(p1: number, p2: number, data: Buffer): Buffer | 'silence' | 'disconnect' {
    const { path } = readPath(data)
    const node = this.wallet(path)
    const key = getBytes(new SigningKey(node.privateKey).publicKey)
    const address = Buffer.from(node.address.slice(2), 'latin1')
    const chainCode = p2 === 1 ? getBytes(node.chainCode) : Buffer.alloc(0)
    const answer = Buffer.concat([Buffer.of(key.length), key, Buffer.of(address.length), address, chainCode, OK])
    return p1 === 1 ? this.#ask({ address: node.address }, () => answer) : answer
  }

  #sign(p1: number, data: Buffer, version: string): Buffer | 'silence' | 'disconnect' {
    if (this.#unplugged()) return 'disconnect'
    if (p1 === 0x00) {
      const { path, rest } = readPath(data)
      this.#transaction = { path, data: rest }
    } else if (p1 !== 0x80 || this.#transaction === undefined) return status(0x6b00)
    else this.#transaction.data = Buffer.concat([this.#transaction.data, data])
    const { path } = this.#transaction
    const read = readTransaction(this.#transaction)
    if (read === 'incomplete') return OK
    this.#transaction = undefined
    if (read === 'malformed') return INVALID
    if (read.type === 2 && older(version, '1.9.0')) return status(0x6501)
    if (read.calldata && !this.behaviour.blindSigning) return INVALID
    return this.#ask(read.screen, () => {
      const { r, s, yParity } = this.#key(path).sign(read.digest)
      return Buffer.concat([Buffer.of(read.v(yParity)), getBytes(r), getBytes(s), OK])
    })
  }

  #signMessage(p1: number, data: Buffer): Buffer | 'silence' | 'disconnect' {
    if (p1 === 0x00) {
      const { path, rest } = readPath(data)
      this.#message = { path, length: rest.readUInt32BE(0), data: rest.subarray(4) }
    } else if (this.#message === undefined) return status(0x6b00)
    else this.#message.data = Buffer.concat([this.#message.data, data])
    const message = this.#message
    if (message.data.length < message.length) return OK
    this.#message = undefined
    return this.#ask({ message: message.data.toString('utf8') }, () => {
      const { r, s, v } = this.#key(message.path).sign(hashMessage(message.data))
      return Buffer.concat([Buffer.of(v), getBytes(r), getBytes(s), OK])
    })
  }

  #key(path: string): SigningKey {
    return new SigningKey(this.wallet(this.behaviour.signsWith ?? path).privateKey)
  }

  #ask(screen: Record<string, string>, approved: () => Buffer): Buffer | 'silence' | 'disconnect' {
    this.screens.push(screen)
    if (this.behaviour.person === 'looks away') return 'silence'
    return this.behaviour.person === 'approves' ? approved() : status(0x6985)
  }

  #unplugged(): boolean {
    const left = this.behaviour.unplugAfter
    if (left === undefined) return false
    this.behaviour.unplugAfter = left === 0 ? undefined : left - 1
    return left === 0
  }
}

/** A count, then so many levels of 4 bytes. */
function readPath(data: Buffer): { path: string; rest: Buffer } {
  const count = data.readUInt8(0)
  const levels = Array.from({ length: count }, (_, i) => data.readUInt32BE(1 + 4 * i))
  const text = levels.map((level) => (level >= 2 ** 31 ? `${level - 2 ** 31}'` : String(level)))
  return { path: `m/${text.join('/')}`, rest: data.subarray(1 + 4 * count) }
}

function older(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((each) => each.split('.').map(Number))
  const i = a.findIndex((each, place) => each !== b[place])
  return i !== -1 && (a[i] ?? 0) < (b[i] ?? 0)
}
