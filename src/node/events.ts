import type { Effect } from '../core/consensus/types.js'
import type { NodeNews } from './types.js'

/** What of the effects an operator may want to read. */
export function eventsOf(effects: readonly Effect[]): NodeNews[] {
  return effects.flatMap((effect): NodeNews[] => {
    switch (effect.type) {
      case 'termOpened':
        return [{ event: 'termOpened', term: effect.term }]
      case 'termCut': {
        const { term, sequencer, checkpoint, reason } = effect
        return [{ event: 'termCut', term, sequencer, checkpoint: checkpoint.number, reason }]
      }
      case 'checkpointDecided':
        return [{ event: 'checkpoint', number: effect.checkpoint.number }]
      case 'committeeChanged':
        return [{ event: 'committee', members: effect.members }]
      case 'sequencerChanged':
        return [{ event: 'sequencer', id: effect.id, address: effect.address, change: effect.change }]
      case 'signatureRecorded':
        return [{ event: 'signed', kind: effect.request.kind, subject: effect.request.subject }]
      case 'sessionFailed': {
        const { type: _, ...failed } = effect
        return [{ event: 'unsigned', ...failed }]
      }
      case 'committeeProposed':
        return [{ event: 'sharing', generation: effect.generation, members: effect.members }]
      case 'batchAccepted':
        return [{ event: 'batch', index: effect.index, last: effect.last, transaction: effect.transaction }]
      case 'rewardsPaid': {
        const { batch, from, to, paid } = effect.content
        const blocks = paid.reduce((sum, each) => sum + each.blocks, 0)
        return [{ event: 'rewards', batch, from, to, blocks, transaction: effect.transaction }]
      }
      case 'keyChanged':
        return [{ event: 'key', from: effect.from, to: effect.to }]
      case 'keyHandedOver':
        return [{ event: 'keyHandedOver', from: effect.from, to: effect.to }]
      case 'l1Applied':
        return [{ event: 'l1', number: effect.number }]
      case 'slash':
        return [
          {
            event: 'warning',
            message: `${effect.sequencer} sealed two blocks ${effect.number} in term ${effect.term}: jailed`,
          },
        ]
      case 'registrationRefused':
        return [{ event: 'warning', message: `registration of sequencer ${effect.id} refused: ${effect.reason}` }]
      case 'groupTransactionFailed': {
        const { hash, kind } = effect
        const next =
          kind === 'rewards'
            ? 'the blocks are paid with later ones; see that the reward payer of LockingInfo has METIS and allows it to take them'
            : 'it is tried again'
        return [{ event: 'warning', message: `L1 transaction ${hash} (${kind}) failed: ${next}` }]
      }
      default:
        return []
    }
  })
}
