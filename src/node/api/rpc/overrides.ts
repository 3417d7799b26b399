import type {
  AccountOverride,
  BlockOverrides,
  SimulatedBlockOverrides,
  SimulatedWithdrawal,
  StateOverrides,
} from '../../../core/ports/calls.js'
import type { Hash, Hex } from '../../../core/types/hex.js'
import { invalidParams } from './errors.js'
import { address, data, fields, hash, list, object, optional, type Parser, quantity, uint64 } from './params.js'

const MAX_ACCOUNTS = 1_000
/** Of one account; all together are bounded by the size of a request. */
const MAX_SLOTS = 10_000
const MAX_WITHDRAWALS = 256

/** An object whose keys are read as well: none twice, whatever case it is written in. */
function record<T>(key: Parser<Hex>, item: Parser<T>, most: number): Parser<Record<Hex, T>> {
  return (value, name) => {
    const entries = Object.entries(object(value, name))
    if (entries.length > most) {
      throw invalidParams(`invalid ${name}: ${entries.length} entries, at most ${most} are allowed`)
    }
    const read: Record<Hex, T> = {}
    for (const [at, each] of entries) {
      const under = key(at, `key of ${name}`)
      if (Object.hasOwn(read, under)) throw invalidParams(`invalid ${name}: ${under} is there twice`)
      read[under] = item(each, `${name}.${under}`)
    }
    return read
  }
}

const slots: Parser<Record<Hash, Hash>> = record(hash, hash, MAX_SLOTS)

const account: Parser<AccountOverride> = (value, name) => {
  const override = accountFields(value, name)
  if (override.state === undefined || override.stateDiff === undefined) return override
  throw invalidParams(`invalid ${name}: it has both 'state' and 'stateDiff'`)
}

const accountFields: Parser<AccountOverride> = fields({
  nonce: optional(uint64),
  code: optional(data),
  balance: optional(quantity),
  state: optional(slots),
  stateDiff: optional(slots),
  movePrecompileToAddress: optional(address),
})

/** Accounts that are taken to be other than they are. */
export const stateOverrides: Parser<StateOverrides> = record(address, account, MAX_ACCOUNTS)

const BLOCK_FIELDS = {
  number: optional(uint64),
  /** Without meaning since proof of stake, but clients write it. */
  difficulty: optional(quantity),
  time: optional(uint64),
  gasLimit: optional(uint64),
  feeRecipient: optional(address),
  prevRandao: optional(hash),
  baseFeePerGas: optional(quantity),
  blobBaseFee: optional(quantity),
} as const

/** A block that is taken to be other than it is. */
export const blockOverrides: Parser<BlockOverrides> = (value, name) => {
  const { difficulty: _, ...overrides } = fields(BLOCK_FIELDS)(value, name)
  return overrides
}

const withdrawal: Parser<SimulatedWithdrawal> = fields({
  index: uint64,
  validatorIndex: uint64,
  address,
  amount: uint64,
})

/** A block of a simulation may have withdrawals and a beacon root besides. */
export const simulatedBlockOverrides: Parser<SimulatedBlockOverrides> = (value, name) => {
  const more = { beaconRoot: optional(hash), withdrawals: optional(list(withdrawal, MAX_WITHDRAWALS)) }
  const { difficulty: _, ...overrides } = fields({ ...BLOCK_FIELDS, ...more })(value, name)
  return overrides
}
