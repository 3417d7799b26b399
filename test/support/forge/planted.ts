import { compileContracts, compilerInput, readSources } from '../../../scripts/build-contracts.mjs'
import type { Forge, Outcome } from './forge.js'

/** An error to put into a contract, and the test that must find it. */
export interface Planted {
  name: string
  /** Below contracts/src; `contract` is compiled from `in`, or from the file that has the error. */
  file: string
  in?: string
  contract: string
  from: string
  to: string
  /** The test contract that is run, and a word of what it then says. */
  by: string
  seen: string
}

const POOL = 'locking/LockingPool.sol'
const INFO = 'locking/LockingInfo.sol'

export const PLANTED: readonly Planted[] = [
  {
    name: 'a withdrawal that leaves the sum as it was',
    file: INFO,
    contract: 'LockingInfo',
    from: 'totalLocked -= _amount;\n        IERC20(l1Token).safeTransfer(_owner, _amount);',
    to: 'IERC20(l1Token).safeTransfer(_owner, _amount);',
    by: 'LockingInvariants',
    seen: 'total locked',
  },
  {
    name: 'an MPC address that anybody sets',
    file: POOL,
    contract: 'LockingPool',
    from: 'function updateMpc(address _newMpc) external onlyOwner {',
    to: 'function updateMpc(address _newMpc) external {',
    by: 'Access',
    seen: "somebody changed what is another's",
  },
  {
    name: 'a replaced signer that may come back',
    file: POOL,
    contract: 'LockingPool',
    from: 'seqSigners[oldSigner] = BURNT_SIGNER_ID;',
    to: 'delete seqSigners[oldSigner];',
    by: 'LockingInvariants',
    seen: 'sequencer of a signer',
  },
  {
    name: 'a reward that is relocked and kept',
    file: POOL,
    contract: 'LockingPool',
    from: 'fromReward = seq.reward;\n            seq.reward = 0;',
    to: 'fromReward = seq.reward;',
    by: 'LockingInvariants',
    seen: 'balance',
  },
  {
    name: 'an exit without the delay',
    file: POOL,
    contract: 'LockingPool',
    from: 'seq.status == Status.Inactive && block.timestamp >= seq.unlockClaimTime',
    to: 'seq.status == Status.Inactive',
    by: 'LockingInvariants',
    seen: 'Unexpected(',
  },
  {
    name: 'a sequencer of two owners',
    file: 'locking/SequencerInfo.sol',
    in: POOL,
    contract: 'LockingPool',
    from: 'delete seqOwners[msg.sender];\n        seqOwners[_owner] = _seqId;',
    to: 'seqOwners[_owner] = _seqId;',
    by: 'LockingInvariants',
    seen: 'sequencer of an owner',
  },
  {
    name: 'an implementation that anybody initialises',
    file: POOL,
    contract: 'LockingPool',
    from: '_disableInitializers();',
    to: '',
    by: 'Access',
    seen: 'an implementation was changed',
  },
  {
    name: 'an allowance that the bridge keeps',
    file: INFO,
    contract: 'LockingInfo',
    from: 'safeIncreaseAllowance(bridge, _amount)',
    to: 'safeIncreaseAllowance(bridge, 2 * _amount)',
    by: 'LockingInvariants',
    seen: 'allowance left to the bridge',
  },
  {
    name: 'two deposits of one index',
    file: 'bridge/L1Bridge.sol',
    contract: 'L1Bridge',
    from: 'uint256 index = queueLength++;',
    to: 'uint256 index = queueLength;\n        if (index == 0) queueLength = 1;',
    by: 'LockingInvariants',
    seen: 'deposits',
  },
  {
    name: 'an epoch that is replaced and not cut',
    file: 'l2/MetisSequencerSet.sol',
    contract: 'MetisSequencerSet',
    from: 'if (old.endBlock >= block.number) old.endBlock = block.number - 1;',
    to: 'if (old.endBlock == block.number) old.endBlock = block.number - 1;',
    by: 'SequencerSet',
    seen: 'blocks of an epoch',
  },
  {
    name: 'state roots of another chain',
    file: 'rollup/StateCommitmentChain.sol',
    contract: 'StateCommitmentChain',
    from: 'require(proposerOf(_chainId) == msg.sender, "Proposer does not match this chain.");',
    to: '',
    by: 'RollupInvariants',
    seen: 'Unexpected(',
  },
  {
    name: 'an inbox sender that changes a block late',
    file: 'rollup/InboxSenderManager.sol',
    contract: 'InboxSenderManager',
    from: 'changes[i - 1].fromBlock <= blockNumber',
    to: 'changes[i - 1].fromBlock < blockNumber',
    by: 'RollupInvariants',
    seen: 'inbox sender of a block',
  },
]

/** The sources with the error in them. @throws Error where the place of the error is not there exactly once */
export function sourcesWith({ file, from, to, name }: Planted): Record<string, { content: string }> {
  const path = `contracts/src/${file}`
  const sources = readSources()
  const [before, after, ...more] = (sources[path]?.content ?? '').split(from)
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`"${name}" can't be planted: ${path} has its place not exactly once.`)
  }
  return { ...sources, [path]: { content: before + to + after } }
}

/** Bytecode of the contract with the error in it. */
function plant(planted: Planted): string {
  const wanted = `contracts/src/${planted.in ?? planted.file}`
  const compiled = compileContracts(compilerInput(sourcesWith(planted), wanted))[wanted]?.[planted.contract]
  if (compiled === undefined) throw new Error(`"${planted.name}": ${wanted} has no contract ${planted.contract}.`)
  return `0x${compiled.evm.bytecode.object}`
}

/** The failures that show the error planted in one of the contracts: empty where the tests don't see it. */
export async function failuresOf(planted: Planted, forge: Forge, seed: number): Promise<Outcome[]> {
  const instead = { contract: planted.contract, bytecode: plant(planted) }
  const outcomes = await forge.run({ seed, runs: 64, depth: 200, fuzz: 2, only: planted.by, instead })
  return outcomes.filter(({ passed, reason }) => !passed && reason.includes(planted.seen))
}
