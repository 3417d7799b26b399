import type { NetworkChoice } from '../network.js'

/** What the checks look at. */
export interface DoctorContext extends NetworkChoice {
  readonly keystore: string
  readonly 'password-file'?: string | undefined
  readonly 'port-base': number
  /** Settings that commands know. */
  readonly settings: readonly string[]
}
