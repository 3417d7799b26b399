import { Args, Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import { type LedgerChoice, ledgerFlags } from './ledger.js'
import { searchFor } from './ledgerSearch.js'
import type { OpenNetwork } from './network.js'
import { findAccount } from './owner.js'
import { keystoreFlags } from './signing.js'
import { parseAddress, parseWhole } from './values.js'

/** Which sequencer a command looks at. */
export const sequencerArgument = Args.string({
  name: 'sequencer',
  description: 'Id of a sequencer, or address of its owner or signer.',
})

/** Flags that name it by a key. */
export const sequencerFlags = {
  from: Flags.string({
    description: 'The sequencer that this key owns or signs for: name, address or path, or `ledger`.',
    helpValue: 'KEY',
  }),
  ...keystoreFlags,
  ...ledgerFlags,
}

/**
 * The id or the address that argument or flag name; undefined where neither is there.
 * @throws MetisSeqError `VALUE_INVALID`, `SEQUENCER_AMBIGUOUS` (exit 2), `KEY_NOT_FOUND` (exit 5)
 */
export async function wantedSequencer(
  argument: string | undefined,
  { from, ...flags }: LedgerChoice & { readonly from?: string | undefined; readonly keystore: string },
  { client, devnet }: OpenNetwork,
): Promise<bigint | Address | undefined> {
  if (argument !== undefined && from !== undefined) {
    throw new MetisSeqError('SEQUENCER_AMBIGUOUS', `Both "${argument.slice(0, 80)}" and --from name a sequencer.`, {
      exit: Exit.usage,
      next: 'Leave one of them out.',
    })
  }
  if (from !== undefined) {
    const search = searchFor(client, 'owner', undefined)
    return (await findAccount(from, flags, { devnet, keyless: true, search })).address
  }
  if (argument === undefined) return undefined
  return argument.startsWith('0x') ? parseAddress(argument, 'SEQUENCER') : parseWhole(argument, 'SEQUENCER')
}
