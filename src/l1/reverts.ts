import { AbiCoder, Interface } from 'ethers'
import { bridgeAbi } from './abi/bridge.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import { refusalOf } from './client.js'

/** What a contract of ours said when it refused, and what that means. */
export interface Revert {
  /** The custom error's name, the text, or `Panic(0x11)`; undefined when it said nothing. */
  name: string | undefined
  explanation: string
}

const custom = new Interface([...lockingPoolAbi, ...bridgeAbi].filter((line) => line.startsWith('error ')))
const ERROR_SELECTOR = '0x08c379a0'
const PANIC_SELECTOR = '0x4e487b71'

/** Texts and errors of the contracts in plain words (facts of LockingPool, LockingInfo, the bridge and OpenZeppelin). */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  NotWhitelisted: 'The account is not on the whitelist of LockingPool.',
  OwnedSequencer: 'The owner already has a sequencer.',
  SignerExisted: 'The signer is in use, or was used before.',
  NoSuchSeq: 'A signer in the list serves no sequencer.',
  NullAddress: 'The zero address is not allowed here.',
  SeqNotActive: 'The sequencer is not active.',
  NotSeqOwner: 'The account does not own this sequencer.',
  NotSeqSigner: 'Only the signer of the sequencer may do this.',
  NoRewardRecipient: 'The sequencer has no reward recipient yet.',
  EmptyDeposit: 'The bridge takes no deposit of nothing.',
  NullRecipient: 'The bridge sends nothing to the zero address.',
  UnsupportedChain: 'The bridge does not serve the L2 chain that LockingInfo names.',
  UnsupportedToken: 'The bridge does not serve this token.',
  'pubkey and address mismatch': 'The public key does not belong to the signer.',
  'invalid pubkey': 'The public key does not have 64 bytes.',
  'invalid amount': 'The lock would lie outside of the minimum and the maximum.',
  'locked>maxLock': 'The lock would be above the maximum.',
  'No new locked added': 'Nothing would be added to the lock.',
  'signer updating throttle': 'The signer was changed too recently; it has to wait for the next reward batch.',
  'withdraw throttle': 'The lock was changed in this reward batch; wait for the next.',
  'Not allowed to cliam': 'The exit delay is not over, or the sequencer is not leaving.',
  'not MPC': 'Only the group may do this.',
  'Pausable: paused': 'LockingPool is paused by its owner.',
  'Ownable: caller is not the owner': 'Only the owner of the contract may do this.',
  'ERC20: insufficient allowance': 'LockingInfo may not take that much METIS from the account.',
  'ERC20: transfer amount exceeds balance': 'The account does not have that much METIS.',
  'Panic(0x11)': 'More was asked for than there is.',
}

/** Reads the data of a revert: custom error, `Error(string)`, `Panic(uint256)`, or nothing. */
export function decodeRevert(data: string | null | undefined): Revert {
  const name = nameOf(data ?? '0x')
  if (name === undefined) return { name, explanation: 'The contract gave no reason.' }
  const fee = /^insufficient fee supplied\. send at least (\d+)$/.exec(name)
  if (fee !== null) return { name, explanation: `The bridge wants a fee of at least ${fee[1]} wei.` }
  return { name, explanation: EXPLANATIONS[name] ?? 'The contract refused it.' }
}

/** What nodes say of a call that failed in the EVM; anything else that they refuse says nothing of the call. */
const FAILED_CALL = /revert|vm execution|out of gas|gas required exceeds|invalid opcode/i

/** The revert data in what ethers throws for `eth_call` and `eth_estimateGas`; undefined when the node gave none. */
export function revertData(error: unknown): string | undefined {
  const { code, data, info } = error as { code?: string; data?: unknown; info?: { error?: { data?: unknown } } }
  const found = data ?? info?.error?.data
  if (typeof found === 'string') return found
  return code === 'CALL_EXCEPTION' && FAILED_CALL.test(refusalOf(error) ?? 'reverted') ? '0x' : undefined
}

function nameOf(data: string): string | undefined {
  if (data.length < 10) return undefined
  try {
    if (data.startsWith(ERROR_SELECTOR))
      return String(AbiCoder.defaultAbiCoder().decode(['string'], `0x${data.slice(10)}`)[0])
    if (data.startsWith(PANIC_SELECTOR)) return `Panic(0x${BigInt(`0x${data.slice(10)}`).toString(16)})`
    return custom.parseError(data)?.name ?? `unknown error ${data.slice(0, 10)}`
  } catch {
    return `unreadable error ${data.slice(0, 10)}` // a contract may return anything
  }
}
