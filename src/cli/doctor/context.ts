import type { NetworkChoice } from '../network.js'
import type { AccountChoice } from '../owner.js'

/** What the checks look at. */
export interface DoctorContext extends NetworkChoice, AccountChoice {
  readonly 'port-base': number
  /** Settings that commands know. */
  readonly settings: readonly string[]
}
