import { Flags } from '@oclif/core'
import { checksumAddress, isHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { parsePublicKey } from '../core/staking/publicKey.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import { findKey, localSigner, publicKeyOfKey, unlockKey } from '../signers/index.js'
import type { Account } from './account.js'
import { findLedgerAccount, type LedgerChoice, type LedgerSearch, ledgerFlags, namesLedger } from './ledger.js'
import { askPassword, keystoreFlags, passwordFlags } from './signing.js'
import { parseAddress } from './values.js'

export type { Account } from './account.js'

/** Flags of every command that signs. */
export const accountFlags = { ...keystoreFlags, ...passwordFlags, ...ledgerFlags }

export interface AccountChoice extends LedgerChoice {
  readonly keystore: string
  readonly 'password-file'?: string | undefined
}

interface AccountOptions {
  readonly devnet?: DevnetDescriptor | undefined
  /** An address will do: nothing is signed here. */
  readonly keyless?: boolean
  /** What `ledger` alone stands for. */
  readonly search?: LedgerSearch | undefined
}

/**
 * The account that `wanted` names: a key of the keystore by name, address or path, a funded account of the devnet by
 * address, or an account of a Ledger (`ledger`, `ledger:0xADDRESS`, `ledger:PATH`).
 * @throws MetisSeqError `VALUE_INVALID` (exit 2), `KEY_NOT_FOUND`, `KEY_AMBIGUOUS` (exit 5), and as `findLedgerAccount`
 */
export async function findAccount(
  wanted: string,
  flags: AccountChoice,
  { devnet, keyless = false, search }: AccountOptions = {},
): Promise<Account> {
  if (namesLedger(wanted)) return findLedgerAccount(wanted, flags, { search, keyless })
  const address = isHex(wanted, 20) ? parseAddress(wanted, '--from') : undefined
  const test = devnet?.accounts.find((account) => account.address === address)
  if (test !== undefined) return { address: test.address, open: async () => localSigner(test.privateKey) }
  if (keyless && address !== undefined) return { address, open: () => Promise.reject(new Error('nothing is signed')) }
  const key = await findKey(flags.keystore, wanted)
  const label = `${key.name} (${checksumAddress(key.address)})`
  return {
    address: key.address,
    open: async () => unlockKey(key, await askPassword(flags['password-file'], label)),
  }
}

/**
 * The account of `address`, found by `wanted` where that is given; `ledger` alone is the one of that address.
 * @throws MetisSeqError `SIGNER_MISMATCH` (exit 5): that is another one; and as `findAccount`
 */
export async function accountOf(
  address: Address,
  wanted: string | undefined,
  flags: AccountChoice,
  devnet?: DevnetDescriptor,
): Promise<Account> {
  const account = await findAccount(wanted === 'ledger' ? `ledger:${address}` : (wanted ?? address), flags, { devnet })
  if (account.address === address) return account
  throw new MetisSeqError('SIGNER_MISMATCH', `"${wanted}" is the account ${account.address}, not ${address}.`, {
    exit: Exit.signer,
    next: `Name the key of ${address} with --from. Nothing was signed.`,
  })
}

/** Flags that name the key that will sign blocks: a key of the keystore, or a public key alone. */
export const signerFlags = {
  signer: Flags.string({
    description: 'Key that will sign blocks: name, address or path.',
    exactlyOne: ['signer', 'signer-pubkey'],
    helpValue: 'KEY',
  }),
  'signer-pubkey': Flags.string({ description: 'Public key of the signer, 64 bytes of hex.', helpValue: 'HEX' }),
}

/** The public key that those flags name. @throws MetisSeqError `PUBKEY_INVALID` (exit 2), `KEY_NOT_FOUND` (exit 5) */
export async function findSigner(flags: {
  signer?: string | undefined
  'signer-pubkey'?: string | undefined
  keystore: string
  'password-file'?: string | undefined
}): Promise<{ pubkey: Hex; signer?: Address }> {
  if (flags.signer === undefined) return { pubkey: parsePublicKey(flags['signer-pubkey'] ?? '') }
  const key = await findKey(flags.keystore, flags.signer)
  const pubkey = await publicKeyOfKey(key, () => askPassword(flags['password-file'], key.name))
  return { pubkey, signer: key.address }
}
