import { bytesToHex, isHex, normaliseHex } from '../../core/codec/index.js'
import { addressOfPublicKey, isPublicKey } from '../../core/consensus/crypto.js'
import type { Address, Hex } from '../../core/types/hex.js'
import { exchangeError, invalidAnswer } from './answers.js'
import { NO_RESOLUTION, newEthereumApp } from './packages.js'
import { type LedgerOptions, type Session, withSession } from './session.js'
import { isAtLeast, type LedgerState, type LedgerTrouble, ledgerError, OLDEST_APP, troubleOf } from './state.js'

const APP = 'Ethereum'
/** What the firmware calls itself where no app is open. */
const DASHBOARDS: readonly string[] = ['BOLOS', 'OLOS']

export interface RunningApp {
  readonly name: string
  readonly version: string
}

/** r and s as 32 bytes; `v` as the device gives it: the parity for a transaction of type 2, 27 or 28 for a message. */
export interface DeviceSignature {
  readonly r: Hex
  readonly s: Hex
  readonly v: number
}

/** The Ledger while it is open. Every call ends in time, with an error that says what to do on the device. */
export interface LedgerDevice {
  readonly model: string
  app(): Promise<RunningApp>
  /** Whether calls of contracts that the app cannot read are signed at all. */
  blindSigning(): Promise<boolean>
  address(path: string): Promise<Address>
  /** Shows the address on the screen, and gives it once a person approved it. @throws MetisSeqError `LEDGER_REJECTED` (exit 5) */
  showAddress(path: string): Promise<Address>
  /** Of the unsigned serialisation of a type 2 transaction. @throws MetisSeqError `LEDGER_REJECTED` (exit 5) */
  signTransaction(path: string, unsigned: Hex): Promise<DeviceSignature>
  /** Of a message of at least one byte (EIP-191). @throws MetisSeqError `LEDGER_REJECTED` (exit 5) */
  signMessage(path: string, message: Uint8Array): Promise<DeviceSignature>
}

/**
 * Opens the Ledger for `work`.
 * @throws MetisSeqError `LEDGER_UNSUPPORTED`, `LEDGER_ABSENT`, `LEDGER_NO_ACCESS`, `LEDGER_LOCKED`, `LEDGER_APP_CLOSED`,
 * `LEDGER_DISCONNECTED`, `LEDGER_TIMEOUT`, `LEDGER_REFUSED`, `LEDGER_ANSWER_INVALID` (exit 5)
 */
export function withLedger<T>(options: LedgerOptions, work: (device: LedgerDevice) => Promise<T>): Promise<T> {
  return withSession(options, (session) => work(deviceOf(session)))
}

/** The device behind an open connection. */
export function deviceOf({ transport, model, bounded }: Session): LedgerDevice {
  const ethereum = newEthereumApp(transport)
  let version = 'of an unknown version'
  const exchange = async <T>(work: Promise<T>, asking = false): Promise<T> => {
    try {
      return await bounded(work, asking)
    } catch (error) {
      throw exchangeError(error, { asking, version })
    }
  }
  return {
    model,
    app: async () => {
      const app = readApp(await exchange(transport.send(0xb0, 0x01, 0, 0)))
      version = app.version
      return app
    },
    blindSigning: async () => {
      const configuration = await exchange(ethereum.getAppConfiguration())
      if (!/^\d+\.\d+\.\d+$/.test(configuration.version)) throw invalidAnswer('its configuration is cut off')
      return configuration.arbitraryDataEnabled === 1
    },
    address: async (path) => readAddress(await exchange(ethereum.getAddress(path.slice(2), false))),
    showAddress: async (path) => readAddress(await exchange(ethereum.getAddress(path.slice(2), true), true)),
    signTransaction: async (path, unsigned) => {
      const { v, ...rest } = await exchange(
        ethereum.signTransaction(path.slice(2), unsigned.slice(2), NO_RESOLUTION),
        true,
      )
      return readSignature({ ...rest, v: Number.parseInt(v, 16) })
    },
    signMessage: async (path, message) =>
      readSignature(await exchange(ethereum.signPersonalMessage(path.slice(2), bytesToHex(message).slice(2)), true)),
  }
}

/** What the Ledger is doing. Never throws what is a state; an abort and an answer out of the protocol it does. */
export async function readLedgerState(device: LedgerDevice): Promise<LedgerState> {
  try {
    const { name, version } = await device.app()
    if (DASHBOARDS.includes(name)) return { state: 'app-closed' }
    if (name !== APP) return { state: 'wrong-app', app: name }
    if (!isAtLeast(version, OLDEST_APP)) return { state: 'app-old', version }
    return { state: (await device.blindSigning()) ? 'ready' : 'blind-signing-off', version }
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble === undefined) throw error
    return trouble
  }
}

/**
 * The version of the Ethereum app, which can sign; `blind`: contract calls too.
 * @throws MetisSeqError of the state that prevents it (exit 5)
 */
export async function assertReady(device: LedgerDevice, { blind }: { blind: boolean }): Promise<string> {
  const state: LedgerState = await readLedgerState(device)
  if (state.state === 'ready' || (state.state === 'blind-signing-off' && !blind)) return state.version
  throw ledgerError(state satisfies LedgerTrouble)
}

/** Format 1, name and version, each after its length (BOLOS, "get app and version"). */
function readApp(answer: Buffer): RunningApp {
  const text = (from: number) => {
    const length = answer[from] ?? 0
    const end = from + 1 + length
    if (end > answer.length - 2) throw invalidAnswer('the name of its app is cut off')
    return { text: answer.subarray(from + 1, end).toString('latin1'), end }
  }
  if (answer[0] !== 1) throw invalidAnswer('the name of its app has an unknown format')
  const name = text(1)
  const version = text(name.end)
  const plain = (value: string) => value.replace(/[^ -~]/g, '').slice(0, 40)
  return { name: plain(name.text), version: plain(version.text) }
}

/** The address of the public key, which has to be the one that the app names. */
function readAddress({ publicKey, address }: { publicKey: string; address: string }): Address {
  const key = `0x${publicKey.slice(2)}`
  if (!publicKey.startsWith('04') || !isHex(key, 64) || !isPublicKey(normaliseHex(key, 64))) {
    throw invalidAnswer('its public key is none of secp256k1')
  }
  const derived = addressOfPublicKey(normaliseHex(key, 64))
  if (address.toLowerCase() !== derived) throw invalidAnswer('its address is not that of its public key')
  return derived
}

function readSignature({ v, r, s }: { v: number; r: string; s: string }): DeviceSignature {
  const [first, second] = [`0x${r}`, `0x${s}`]
  if (!isHex(first, 32) || !isHex(second, 32)) throw invalidAnswer('its signature is cut off')
  return { r: first, s: second, v }
}
