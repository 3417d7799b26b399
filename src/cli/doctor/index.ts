import type { Check } from './check.js'
import type { DoctorContext } from './context.js'
import { diskChecks } from './disk.js'
import { fileChecks } from './files.js'
import { journalChecks } from './journal.js'
import { l1Checks } from './l1.js'
import { ledgerChecks } from './ledger.js'
import { portChecks } from './ports.js'
import { runtimeChecks } from './runtime.js'

/** All checks, in the order in which they are shown. `now` gives milliseconds since 1970. */
export function doctorChecks(context: DoctorContext, now: () => number): Check[] {
  return [
    ...runtimeChecks(),
    ...fileChecks(context),
    ...diskChecks(context),
    ...journalChecks(),
    ...l1Checks(context, now),
    ...ledgerChecks(context),
    ...portChecks(context),
  ]
}
