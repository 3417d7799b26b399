import { readFileSync } from 'node:fs'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigEndian, bytesToHex, fromBigEndian, hexToBytes } from '../../../src/core/codec/index.js'
import { epochSlots, sequencerSetSlots, sequencerSetStorage, slotWord } from '../../../src/core/genesis/sequencerSet.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { groupKey, keyOf, Network } from './network.js'

const artifact = JSON.parse(
  readFileSync(new URL('../../../contracts/artifacts/MetisSequencerSet.json', import.meta.url), 'utf8'),
) as { deployedBytecode: Hex }

/** The L2 contract in a real EVM, following the network's record: openings are final with the term's first checkpoint. */
class Contract {
  private constructor(
    private readonly evm: EVM,
    private readonly network: Network,
  ) {}

  static async of(network: Network): Promise<Contract> {
    const evm = await createEVM()
    const to = createAddressFromString(network.genesis.l2.sequencerSet)
    await evm.stateManager.putCode(to, hexToBytes(artifact.deployedBytecode))
    const { firstSequencer, group, consensus } = network.genesis
    const epochLength = BigInt(consensus.epochLength)
    const storage = sequencerSetStorage({ owner: group.address, group: group.address, firstSequencer, epochLength })
    for (const [slot, value] of Object.entries(storage)) {
      await evm.stateManager.putStorage(to, hexToBytes(slot), hexToBytes(value))
    }
    return new Contract(evm, network)
  }

  /** Executes the opening of the current term in its first block; the caller commits or reverts it. */
  async open(): Promise<void> {
    await this.evm.stateManager.checkpoint()
    for (const id of this.network.state.term.opening) {
      const { key, to, data } = this.network.request(id)
      const { execResult } = await this.evm.runCall({
        caller: createAddressFromString(key),
        to: createAddressFromString(to),
        data: hexToBytes(data ?? '0x'),
        gasLimit: 5_000_000n,
        block: { header: { ...header, number: BigInt(this.network.state.term.parentNumber + 1) } },
      })
      expect(execResult.exceptionError?.error, bytesToHex(execResult.returnValue)).toBeUndefined()
    }
  }

  commit = () => this.evm.stateManager.commit()
  revert = () => this.evm.stateManager.revert()

  async word(slot: Hex): Promise<bigint> {
    const to = createAddressFromString(this.network.genesis.l2.sequencerSet)
    return fromBigEndian(await this.evm.stateManager.getStorage(to, hexToBytes(slot)))
  }

  /** What consensus believes of the contract is what the contract holds. */
  async check(): Promise<void> {
    const { contract, term } = this.network.state
    expect(await this.word(slotWord(sequencerSetSlots.currentEpochId))).toBe(BigInt(term.epoch))
    expect(await this.word(slotWord(sequencerSetSlots.epochLength))).toBe(BigInt(contract.epochLength))
    expect(await this.word(slotWord(sequencerSetSlots.mpcAddress))).toBe(BigInt(contract.mpc))
    const epoch = epochSlots(BigInt(term.epoch))
    expect(await this.word(epoch.signer)).toBe(BigInt(term.sequencer))
    expect(await this.word(epoch.endBlock)).toBe(BigInt(term.endBlock))
  }
}

const zero = createAddressFromString(bytesToHex(bigEndian(0, 20)))
const header = {
  cliqueSigner: () => zero,
  coinbase: zero,
  difficulty: 0n,
  prevRandao: new Uint8Array(32),
  gasLimit: 30_000_000n,
  timestamp: 1n,
  baseFeePerGas: 0n,
  getBlobGasPrice: () => 1n,
}

type Step = 'stall' | 'evidence' | 'advance' | 'finish' | 'new key'
const steps = fc.array(
  fc.constantFrom<Step>('stall', 'evidence', 'advance', 'advance', 'finish', 'finish', 'new key'),
  {
    minLength: 3,
    maxLength: 14,
  },
)

async function play(schedule: readonly Step[]): Promise<void> {
  const network = new Network({ stakes: [10, 10, 10, 10, 10], epochLength: 4 })
  const contract = await Contract.of(network)
  let [term, final] = [0, true]
  for (const step of schedule) {
    const { checkpoint, term: current } = network.state
    if (step === 'stall') network.quorum(network.stall())
    if (step === 'evidence') network.send(network.evidence())
    if (step === 'advance' && checkpoint.number + 1 < current.endBlock) network.checkpoint(checkpoint.number + 1)
    if (step === 'finish') network.finishTerm()
    if (step === 'new key') joinWithNewKey(network)
    const opened = network.state.term.term !== term
    const decided = network.state.checkpoint.number > checkpoint.number
    if (!final && (decided || opened)) await (decided ? contract.commit() : contract.revert())
    final = final || decided
    if (opened) {
      await contract.open()
      ;[term, final] = [network.state.term.term, false]
    } else if (final) {
      await contract.check()
    }
  }
}

/** A sixth joins, with a replaced key that comes into force at the next term. */
function joinWithNewKey(network: Network): void {
  const { applied } = network.state.l1
  if (network.state.staking.sequencers[6] !== undefined) return
  const { address: signer, pubkey } = keyOf(6)
  const at = applied.number + 1
  const amount = 10n ** 19n
  network.l1(at, [{ type: 'locked', block: at, id: 6, signer, pubkey, amount, activationBatch: 1 }])
  const { members } = network.state.proposed ?? { members: [] }
  const publicKey = groupKey('group 2', members.length)
  for (const member of members) network.say(member.address, network.shared({ publicKey }))
}

describe('openings in the contract', () => {
  it('rules E1, E2: every opening succeeds in MetisSequencerSet, whatever is cut when', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(steps, play), { numRuns: 10 })
  })

  it('rule P1: a term that changed the key is cut, and the change comes through all the same', async () => {
    await play(['finish', 'new key', 'stall', 'stall', 'advance', 'advance', 'finish', 'stall', 'advance'])
  })

  it('rule E3: a dead first sequencer, and then another one', async () => {
    await play(['stall', 'stall', 'advance', 'advance', 'stall', 'finish', 'finish'])
  })
})
