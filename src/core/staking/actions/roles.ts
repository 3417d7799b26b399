import { addressOfPublicKey } from '../../consensus/crypto.js'
import { encodeSetOwner, encodeSetRewardRecipient, encodeUpdateSigner } from '../calls.js'
import { precheck } from '../precheck.js'
import { type StakingContracts, type StakingState, ZERO_ADDRESS } from '../types.js'
import { active, exists, owned, poolOpen, signerFree, whitelisted } from './checks.js'
import { type Draft, poolStep, type WishOf } from './draft.js'

/** SequencerInfo.setSequencerRewardRecipient. */
export function draftSetRewardRecipient(
  state: StakingState,
  wish: WishOf<'setRewardRecipient'>,
  contracts: StakingContracts,
): Draft {
  const { id, recipient, owner } = wish
  const title = `let ${recipient} get the rewards of sequencer ${id} on L2`
  return {
    title,
    prechecks: [
      ...owned(state, id, owner),
      whitelisted(state),
      active(state),
      precheck(
        'NULL_REWARD_RECIPIENT',
        'the reward recipient is an account',
        recipient !== ZERO_ADDRESS,
        'The reward recipient is the zero address.',
        'Name an account of yours on L2.',
      ),
    ],
    steps: [poolStep('setSequencerRewardRecipient', title, contracts, encodeSetRewardRecipient(id, recipient))],
    after: { rewardRecipient: recipient },
    notes: ['Rewards that are unclaimed now go there too.'],
  }
}

/** LockingPool.updateSigner, sent by the signer that is replaced; it needs no whitelist. */
export function draftUpdateSigner(
  state: StakingState,
  wish: WishOf<'updateSigner'>,
  contracts: StakingContracts,
): Draft {
  const { id, pubkey, signer } = wish
  const { pool, sequencer } = state
  const next = addressOfPublicKey(pubkey)
  const title = `replace the signer of sequencer ${id} by ${next}`
  const ready = (sequencer?.updatedBatch ?? 0n) + pool.signerUpdateThrottle
  return {
    title,
    prechecks: [
      poolOpen(state),
      exists(sequencer, id),
      active(state),
      precheck(
        'NOT_SIGNER',
        `the account signs for sequencer ${id}`,
        sequencer === undefined || sequencer.signer === signer,
        `The signer of sequencer ${id} is ${sequencer?.signer}, not ${signer}; only the signer itself may name the next.`,
        'Name the present signer with --from.',
      ),
      precheck(
        'SIGNER_THROTTLE',
        'the signer was not changed too recently',
        sequencer === undefined || pool.currentBatch >= ready,
        `The lock or the signer was changed in reward batch ${sequencer?.updatedBatch}; the signer can be changed from batch ${ready} on, and now is batch ${pool.currentBatch}.`,
        `Try again when batch ${ready} has begun; \`metis-seq status\` shows it.`,
      ),
      ...signerFree(state, next),
    ],
    steps: [poolStep('updateSigner', title, contracts, encodeUpdateSigner(id, pubkey))],
    after: { signer: next },
    notes: [
      `The signer ${signer} can never be used again. Have the new key on the node before you go on.`,
      'Rewards of blocks that the old signer made in this reward batch may be held up: a reward batch names signers.',
    ],
  }
}

/** SequencerInfo.setSequencerOwner, as it is since August 2024; before that the present owner had to be whitelisted too. */
export function draftTransferOwner(
  state: StakingState,
  wish: WishOf<'transferOwner'>,
  contracts: StakingContracts,
): Draft {
  const { id, owner, newOwner } = wish
  const title = `hand sequencer ${id} over to ${newOwner}`
  const next = state.newOwner
  return {
    title,
    prechecks: [
      precheck(
        'NULL_OWNER',
        'the new owner is an account',
        newOwner !== ZERO_ADDRESS,
        'The new owner is the zero address.',
        'Name an account.',
      ),
      precheck(
        'NEW_OWNER_NOT_WHITELISTED',
        'the new owner is whitelisted',
        next?.whitelisted === true,
        `The new owner ${newOwner} is not on the whitelist of LockingPool.`,
        'Have it whitelisted first (`metis-seq register`).',
      ),
      precheck(
        'OWNER_HAS_SEQUENCER',
        'the new owner has no sequencer yet',
        next === undefined || next.ownerId === 0n,
        `The new owner ${newOwner} already has sequencer ${next?.ownerId}; an owner has one at most.`,
        'Choose another account.',
      ),
      ...owned(state, id, owner),
      active(state),
    ],
    steps: [poolStep('setSequencerOwner', title, contracts, encodeSetOwner(id, newOwner))],
    after: { owner: newOwner },
    notes: [`Stake and rewards then belong to ${newOwner}; it cannot be taken back from here.`],
  }
}
