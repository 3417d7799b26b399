import { utf8 } from '../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Signer } from '../../core/ports/signer.js'
import type { Hash, Hex } from '../../core/types/hex.js'
import type { LedgerAccount } from './accounts.js'
import { invalidAnswer } from './answers.js'
import { assertReady, type LedgerDevice, withLedger } from './device.js'
import { type LedgerScreen, screenOf } from './screen.js'
import type { LedgerOptions } from './session.js'

/**
 * A signer whose key never leaves the Ledger. The device is opened for each signature anew, so that it may be unplugged,
 * or lock itself, while a transaction is waited for; it has to be the same one. `tell` hears what the screen will show.
 * @throws MetisSeqError `LEDGER_...`, `SIGNER_MISMATCH` (exit 5), when it signs
 */
export function ledgerSigner(
  account: LedgerAccount,
  options: LedgerOptions,
  tell: (screen: LedgerScreen) => void,
): Signer {
  const { path, address } = account
  const signing = <T>(blind: boolean, work: (device: LedgerDevice, version: string) => Promise<T>): Promise<T> =>
    withLedger(options, async (device) => {
      const version = await assertReady(device, { blind })
      const found = await device.address(path)
      if (found !== address) throw anotherDevice(account, found)
      return work(device, version)
    })
  return {
    address,
    signTransaction: async (wanted) => {
      const { Transaction } = await import('ethers')
      const transaction = Transaction.from({ ...wanted, type: 2 })
      return signing(wanted.data !== '0x', async (device, version) => {
        tell(screenOf(account, wanted, transaction.unsignedHash as Hash, version))
        const { r, s, v } = await device.signTransaction(path, transaction.unsignedSerialized as Hex)
        if (v !== 0 && v !== 1) throw invalidAnswer(`the parity of its signature is ${v}`)
        transaction.signature = usable(() => ({ r, s, yParity: v }))
        return usable(() => transaction.serialized as Hex)
      })
    },
    signMessage: async (message) => {
      const { Signature, verifyMessage } = await import('ethers')
      return signing(false, async (device) => {
        tell({ kind: 'message', path, from: address, message })
        const { r, s, v } = await device.signMessage(path, utf8(message))
        // Older apps give the parity alone.
        const signature = usable(() => Signature.from({ r, s, v: v < 27 ? v + 27 : v }).serialized as Hex)
        if (usable(() => verifyMessage(message, signature)).toLowerCase() === address) return signature
        throw new MetisSeqError('SIGNER_MISMATCH', `The Ledger's signature of the message is not of ${address}.`, {
          exit: Exit.signer,
          severity: 'critical',
          next: 'Do not use it; update the Ethereum app, and check the account with `metis-seq keys ledger verify`.',
        })
      })
    },
  }
}

/** What `make` gives of the device's numbers. @throws MetisSeqError `LEDGER_ANSWER_INVALID` (exit 5) */
function usable<T>(make: () => T): T {
  try {
    return make()
  } catch {
    throw invalidAnswer('its signature has numbers that are none')
  }
}

function anotherDevice({ path, address }: LedgerAccount, found: string): MetisSeqError {
  return new MetisSeqError(
    'LEDGER_ACCOUNT_NOT_FOUND',
    `The Ledger has ${found} at ${path}, not ${address}: it is another device, or another passphrase is in use.`,
    { exit: Exit.signer, next: `Connect the Ledger that holds ${address}, and run it again.` },
  )
}

/**
 * Shows the account's address on the device, for a person to compare.
 * @throws MetisSeqError `LEDGER_REJECTED`, `LEDGER_ACCOUNT_NOT_FOUND` (exit 5), and as `withLedger` and `assertReady`
 */
export function verifyAccount(
  account: LedgerAccount,
  options: LedgerOptions,
  tell: (screen: LedgerScreen) => void,
): Promise<void> {
  return withLedger(options, async (device) => {
    await assertReady(device, { blind: false })
    tell({ kind: 'address', path: account.path, from: account.address })
    const shown = await device.showAddress(account.path)
    if (shown !== account.address) throw anotherDevice(account, shown)
  })
}
