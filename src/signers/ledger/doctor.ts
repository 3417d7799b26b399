import { type LedgerDevice, readLedgerState, withLedger } from './device.js'
import { placeOf } from './endpoint.js'
import type { LedgerOptions } from './session.js'
import { type LedgerState, type LedgerTrouble, ledgerError, OLDEST_APP, troubleOf } from './state.js'

/** One thing that was looked at. */
export interface LedgerCheck {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What to do; null where nothing is wrong. */
  readonly mend: string | null
}

/** The checks in their order, and the states in which each is the first that fails. */
const CHECKS: readonly { name: string; fails: readonly LedgerState['state'][] }[] = [
  { name: 'USB support', fails: ['unsupported'] },
  { name: 'device', fails: ['absent', 'no-access'] },
  { name: 'answers', fails: ['silent', 'disconnected'] },
  { name: 'unlocked', fails: ['locked'] },
  { name: 'Ethereum app', fails: ['app-closed', 'wrong-app'] },
  { name: 'app version', fails: ['app-old'] },
  { name: 'blind signing', fails: ['blind-signing-off'] },
]

/**
 * The Ledger from the cable to its settings, up to the first thing that is wrong; what comes after it cannot be seen.
 * @throws MetisSeqError only for an answer out of the protocol (exit 5); an abort
 */
export async function ledgerDoctor(options: LedgerOptions): Promise<LedgerCheck[]> {
  const { state, model } = await look(options)
  const place = placeOf(options.endpoint)
  const fine: Record<string, string> = {
    'USB support': 'there',
    device: `${model} at ${place}`,
    answers: 'in time',
    unlocked: 'yes',
    'Ethereum app': 'open',
    'app version': 'version' in state ? `${state.version} (${OLDEST_APP} or later)` : '',
    'blind signing': 'on',
  }
  const usb = options.endpoint.kind === 'usb'
  const checks = CHECKS.filter(({ name }) => usb || name !== 'USB support')
  const failed = checks.findIndex(({ fails }) => fails.includes(state.state))
  const passed = checks
    .slice(0, failed === -1 ? checks.length : failed)
    .map(({ name }): LedgerCheck => ({ name, ok: true, found: fine[name] ?? '', mend: null }))
  if (state.state === 'ready') return passed
  const { message, next } = ledgerError(state)
  return [...passed, { name: checks[failed]?.name ?? 'device', ok: false, found: message, mend: next ?? '' }]
}

async function look(options: LedgerOptions): Promise<{ state: LedgerState; model: string }> {
  let model = 'Ledger'
  try {
    return await withLedger(options, async (device: LedgerDevice) => {
      model = device.model
      return { state: await readLedgerState(device), model }
    })
  } catch (error) {
    const state: LedgerTrouble | undefined = troubleOf(error)
    if (state === undefined) throw error
    return { state, model }
  }
}
