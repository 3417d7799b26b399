import type { Address, Hash, Hex } from '../types/hex.js'

/** Storage that a transaction says it will touch (EIP-2930). */
export interface AccessListItem {
  address: Address
  storageKeys: readonly Hash[]
}

/** A signed wish of an account to run the code of another (EIP-7702). Whether it holds shows when it is executed. */
export interface Authorization {
  /** 0: on every chain. */
  chainId: bigint
  address: Address
  nonce: bigint
  /** 0 to 255; above 1 it has no effect. */
  yParity: number
  r: Hash
  s: Hash
}

/** A transaction that is only tried. Amounts in wei, prices in wei a gas. */
export interface CallRequest {
  /** Follows from the fields where it is not given. */
  type?: 0 | 1 | 2 | 4
  from?: Address
  /** null and undefined: it creates a contract. */
  to?: Address | null
  gas?: bigint
  gasPrice?: bigint
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  value?: bigint
  data?: Hex
  /** Below 2^64. */
  nonce?: bigint
  accessList?: readonly AccessListItem[]
  authorizationList?: readonly Authorization[]
}

/** What an account is taken to be for one read. */
export interface AccountOverride {
  /** Below 2^64. */
  nonce?: bigint
  code?: Hex
  /** wei */
  balance?: bigint
  /** The whole storage; never beside `stateDiff`. */
  state?: Readonly<Record<Hash, Hash>>
  /** Single slots. */
  stateDiff?: Readonly<Record<Hash, Hash>>
  /** The precompile at this account moves there. */
  movePrecompileToAddress?: Address
}

export type StateOverrides = Readonly<Record<Address, AccountOverride>>

/** What the block of a read is taken to be. Times in seconds, base fee in wei a gas. */
export interface BlockOverrides {
  /** Below 2^64, as `time` and `gasLimit`. */
  number?: bigint
  time?: bigint
  gasLimit?: bigint
  feeRecipient?: Address
  prevRandao?: Hash
  baseFeePerGas?: bigint
  blobBaseFee?: bigint
}

export interface CallOverrides {
  state?: StateOverrides
  block?: BlockOverrides
}

export interface CallResult {
  success: boolean
  /** Return data, or the revert data where it failed. */
  data: Hex
  gasUsed: bigint
  /** Why it failed, in the EVM's words. */
  error?: string
}

export interface AccessListResult {
  accessList: readonly AccessListItem[]
  /** With that list. */
  gasUsed: bigint
  /** Why the call failed all the same, in the EVM's words. */
  error?: string
}

/** An account with the trie nodes from the state root to it, and from its storage root to each slot (EIP-1186). */
export interface AccountProof {
  address: Address
  accountProof: readonly Hex[]
  /** wei */
  balance: bigint
  codeHash: Hash
  nonce: bigint
  storageHash: Hash
  storageProof: readonly { key: Hash; value: bigint; proof: readonly Hex[] }[]
}

/** A JSON text that the engine made; whoever answers a caller passes it on as it is. */
export interface JsonText {
  readonly json: string
}

/** How a trace is taken, as go-ethereum's tracers have it. */
export type TraceOptions = Tracer & {
  /** ms that it may take at most; never more than a trace may take anyway. */
  timeout?: number
}

/** Without `tracer` the trace is a list of steps. */
export type Tracer =
  | {
      tracer?: undefined
      enableMemory?: boolean
      disableStack?: boolean
      disableStorage?: boolean
      enableReturnData?: boolean
      /** Steps; 0 and undefined: as many as fit. */
      limit?: number
    }
  | { tracer: 'callTracer'; tracerConfig?: { onlyTopCall?: boolean; withLog?: boolean } }
  | {
      tracer: 'prestateTracer'
      tracerConfig?: { diffMode?: boolean; disableCode?: boolean; disableStorage?: boolean }
    }
  | { tracer: 'flatCallTracer'; tracerConfig?: { convertParityErrors?: boolean; includePrecompiles?: boolean } }
  | { tracer: '4byteTracer' | 'noopTracer' }

/** What a block of eth_simulateV1 is taken to be, beyond what follows from the one before. */
export interface SimulatedBlockOverrides extends BlockOverrides {
  beaconRoot?: Hash
  withdrawals?: readonly SimulatedWithdrawal[]
}

/** A block of eth_simulateV1. */
export interface SimulatedBlock {
  blockOverrides?: SimulatedBlockOverrides
  stateOverrides?: StateOverrides
  calls: readonly CallRequest[]
}

export interface SimulatedWithdrawal {
  index: bigint
  validatorIndex: bigint
  address: Address
  /** gwei */
  amount: bigint
}

/** What eth_simulateV1 is to run, one block on the other. */
export interface SimulatePayload {
  blocks: readonly SimulatedBlock[]
  /** Report transfers of the native coin as logs. */
  traceTransfers: boolean
  /** Hold the calls to what a block holds transactions to: nonces, fees, funds. */
  validation: boolean
  returnFullTransactions: boolean
}
