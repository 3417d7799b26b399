import type { Signer } from '../core/ports/signer.js'
import type { Address } from '../core/types/hex.js'

/** An account that can sign once it is opened; on a devnet the public test accounts need no keystore. */
export interface Account {
  readonly address: Address
  /** @throws MetisSeqError `WRONG_PASSWORD`, `PASSWORD_NEEDED` (exit 5) */
  open(): Promise<Signer>
}
