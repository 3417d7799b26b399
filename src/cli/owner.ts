import { Flags } from '@oclif/core'
import { checksumAddress, isHex, normaliseHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Signer } from '../core/ports/signer.js'
import { parsePublicKey } from '../core/staking/publicKey.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import { findKey, localSigner, publicKeyOfKey, unlockKey } from '../signers/index.js'
import { askPassword, keystoreFlags, passwordFlags } from './signing.js'

/** Flags of every command that signs. */
export const accountFlags = { ...keystoreFlags, ...passwordFlags }

export interface AccountChoice {
  readonly keystore: string
  readonly 'password-file'?: string | undefined
}

/** An account that can sign once it is opened; on a devnet the public test accounts need no keystore. */
export interface Account {
  readonly address: Address
  /** @throws MetisSeqError `WRONG_PASSWORD`, `PASSWORD_NEEDED` (exit 5) */
  open(): Promise<Signer>
}

/**
 * The account that `wanted` names: a key of the keystore by name, address or path, or a funded account of the devnet by address.
 * @throws MetisSeqError `KEY_NOT_FOUND`, `KEY_AMBIGUOUS` (exit 5)
 */
export async function findAccount(
  wanted: string,
  {
    keystore,
    passwordFile,
    devnet,
    keyless = false,
  }: {
    keystore: string
    passwordFile?: string | undefined
    devnet?: DevnetDescriptor | undefined
    /** An address will do: nothing is signed here. */
    keyless?: boolean
  },
): Promise<Account> {
  const address = isHex(wanted, 20) ? normaliseHex(wanted, 20) : undefined
  const test = devnet?.accounts.find((account) => account.address === address)
  if (test !== undefined) return { address: test.address, open: async () => localSigner(test.privateKey) }
  if (keyless && address !== undefined) return { address, open: () => Promise.reject(new Error('nothing is signed')) }
  const key = await findKey(keystore, wanted)
  return {
    address: key.address,
    open: async () => unlockKey(key, await askPassword(passwordFile, `${key.name} (${checksumAddress(key.address)})`)),
  }
}

/**
 * The account of `address`, found by `wanted` where that is given.
 * @throws MetisSeqError `SIGNER_MISMATCH` (exit 5): that is another one; and as `findAccount`
 */
export async function accountOf(
  address: Address,
  wanted: string | undefined,
  flags: AccountChoice,
  devnet?: DevnetDescriptor,
): Promise<Account> {
  const account = await findAccount(wanted ?? address, {
    keystore: flags.keystore,
    passwordFile: flags['password-file'],
    devnet,
  })
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
