import { BURNT_SIGNER_ID } from '../core/staking/types.js'
import type { L1Client } from '../l1/client.js'
import type { LedgerSearch } from './ledger.js'

/** What `--from ledger` looks for: who owns, or signs for, a sequencer, of that id where one is given. */
export function searchFor(client: L1Client, sender: 'owner' | 'signer', id: bigint | undefined): LedgerSearch {
  const which = id === undefined ? 'a sequencer' : `sequencer ${id}`
  return {
    wanted: `${sender === 'owner' ? 'owns' : 'signs for'} ${which} on ${client.network.name}`,
    choose: async (addresses) => {
      const { readRoles } = await import('../l1/index.js')
      const roles = await readRoles(client, addresses)
      const idOf = ({ owned, signed }: (typeof roles)[number]) => (sender === 'owner' ? owned : signed)
      const meant = roles.filter((each) => {
        const found = idOf(each)
        return id === undefined ? found > 0n && found !== BURNT_SIGNER_ID : found === id
      })
      return meant.map(({ address }) => address)
    },
  }
}
