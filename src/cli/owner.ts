import { checksumAddress, isHex, normaliseHex } from '../core/codec/index.js'
import type { Signer } from '../core/ports/signer.js'
import type { Address } from '../core/types/hex.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import { findKey, localSigner, unlockKey } from '../signers/index.js'
import { askPassword } from './signing.js'

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
  }: { keystore: string; passwordFile?: string | undefined; devnet?: DevnetDescriptor | undefined },
): Promise<Account> {
  const address = isHex(wanted, 20) ? normaliseHex(wanted, 20) : undefined
  const test = devnet?.accounts.find((account) => account.address === address)
  if (test !== undefined) return { address: test.address, open: async () => localSigner(test.privateKey) }
  const key = await findKey(keystore, wanted)
  return {
    address: key.address,
    open: async () => unlockKey(key, await askPassword(passwordFile, `${key.name} (${checksumAddress(key.address)})`)),
  }
}
