import { readFileSync } from 'node:fs'
import type { InterfaceAbi } from 'ethers'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Hex } from '../core/types/hex.js'

export type ContractName =
  | 'AddressManager'
  | 'DiscountOracle'
  | 'InboxSenderManager'
  | 'L1Bridge'
  | 'LockingInfo'
  | 'LockingPool'
  | 'MetisSequencerSet'
  | 'MetisToken'
  | 'ProxyAdmin'
  | 'StateCommitmentChain'
  | 'TransparentUpgradeableProxy'

export interface Artifact {
  contractName: string
  abi: InterfaceAbi
  /** Creation code without constructor arguments. */
  bytecode: Hex
  deployedBytecode: Hex
}

/**
 * A compiled contract as committed in `contracts/artifacts`; the same path holds from `src` and from `dist`.
 * Throws `ARTIFACT_UNREADABLE` when the package is incomplete.
 */
export function loadArtifact(name: ContractName): Artifact {
  const file = new URL(`../../contracts/artifacts/${name}.json`, import.meta.url)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Artifact
  } catch (error) {
    throw new MetisSeqError(
      'ARTIFACT_UNREADABLE',
      `The contract artifact ${file.pathname} can't be read: ${messageOf(error)}.`,
      {
        exit: Exit.data,
        severity: 'critical',
        next: 'Install the package again, or run `node scripts/build-contracts.mjs` in a checkout.',
        cause: error,
      },
    )
  }
}
