import { hexQuantity } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type {
  AccessListItem,
  AccessListResult,
  AccountProof,
  CallOverrides,
  CallRequest,
  CallResult,
  SimulatedBlock,
  SimulatePayload,
  TraceOptions,
} from '../../../../core/ports/calls.js'
import type { Address, Hash, Hex } from '../../../../core/types/hex.js'

/** Gas that no call may exceed, whatever it asks for; a simulation may not with all its calls together. */
const GAS_CAP = 50_000_000n

/** What the engine is asked for a call, an estimate or an access list. */
export function callBody(request: CallRequest, { state, block }: CallOverrides = {}): object {
  return plain({ request: requestJson(request), overrides: state, blockOverrides: block, gasCap: GAS_CAP })
}

/** What the engine is asked for the trace of a call. */
export function traceCallBody(request: CallRequest, options: TraceOptions & { overrides?: CallOverrides }): object {
  const { overrides, ...tracing } = options
  return { ...callBody(request, overrides), ...traceBody(tracing) }
}

/** The options of a trace as the engine takes them; `only`: of one transaction of the block. */
export function traceBody({ timeout: _, ...options }: TraceOptions, only?: number): object {
  return { options, only }
}

/** What the engine is asked for a simulation. */
export function simulationBody({ blocks, ...flags }: SimulatePayload): object {
  const blockStateCalls = blocks.map(({ calls, ...rest }: SimulatedBlock) => ({
    ...rest,
    calls: calls.map(requestJson),
  }))
  return plain({ payload: { ...flags, blockStateCalls }, gasCap: GAS_CAP })
}

/** The type follows from the fields. */
function requestJson({ type: _, authorizationList, ...request }: CallRequest): object {
  const authorizations = authorizationList?.map(({ yParity, r, s, ...rest }) => ({
    ...rest,
    yParity: BigInt(yParity),
    r: BigInt(r),
    s: BigInt(s),
  }))
  return { ...request, authorizationList: authorizations }
}

/** The same with bigints as quantities. */
function plain(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? hexQuantity(each) : each)))
}

/** A reply of the engine, which is this program's own. */
function parse<T>(reply: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(reply))
}

export function callResult(reply: Uint8Array): CallResult {
  const { gasUsed, ...rest } = parse<Omit<CallResult, 'gasUsed'> & { gasUsed: Hex }>(reply)
  return { ...rest, gasUsed: BigInt(gasUsed) }
}

interface Failed {
  data: Hex
  error: string
  allowance: Hex
}

/** @throws MetisSeqError `CALL_REVERTED` with `details.data`, or `GAS_REQUIRED_EXCEEDS_ALLOWANCE` */
export function estimateResult(reply: Uint8Array): bigint {
  const { gas, failed } = parse<{ gas: Hex; failed?: undefined } | { gas?: undefined; failed: Failed }>(reply)
  if (failed === undefined) return BigInt(gas)
  const { data, error } = failed
  if (isRevert(error)) {
    throw new MetisSeqError('CALL_REVERTED', 'The call reverts.', {
      exit: Exit.reverted,
      details: { data },
      next: 'Decode details.data for the reason.',
    })
  }
  const allowance = BigInt(failed.allowance).toString()
  throw new MetisSeqError('GAS_REQUIRED_EXCEEDS_ALLOWANCE', `The call fails with ${allowance} gas: ${error}.`, {
    exit: Exit.reverted,
    details: { allowance, error },
    next: 'Check the amounts and the balance of the sender.',
  })
}

/** Whether the EVM's words say that a contract reverted. */
function isRevert(error: string): boolean {
  return error.startsWith('execution reverted')
}

export function accessListResult(reply: Uint8Array): AccessListResult {
  const { gasUsed, ...rest } = parse<{ accessList: AccessListItem[]; gasUsed: Hex; error?: string }>(reply)
  return { ...rest, gasUsed: BigInt(gasUsed) }
}

interface ProofReply {
  address: Address
  accountProof: Hex[]
  balance: Hex
  codeHash: Hash
  nonce: Hex
  storageHash: Hash
  storageProof: { value: Hex; proof: Hex[] }[]
}

export function proofResult(reply: Uint8Array, slots: readonly Hash[]): AccountProof {
  const { address, accountProof, balance, codeHash, nonce, storageHash, storageProof } = parse<ProofReply>(reply)
  return {
    address,
    accountProof,
    balance: BigInt(balance),
    codeHash,
    nonce: BigInt(nonce),
    storageHash,
    storageProof: slots.map((key, i) => ({
      key,
      value: BigInt(storageProof[i]?.value ?? 0),
      proof: storageProof[i]?.proof ?? [],
    })),
  }
}
