import { Flags } from '@oclif/core'
import { parseMetis } from '../core/staking/amount.js'
import { EXPORTS, type ExportKind } from '../core/staking/offline/documents.js'
import { SPEEDS, type Speed } from '../core/staking/types.js'
import { type NetworkChoice, networkFlags } from './network.js'
import { type AccountChoice, accountFlags } from './owner.js'
import { yesFlag } from './signing.js'
import { wholeFlag } from './values.js'

/** Flags of every command that waits for transactions. */
export const waitFlags = {
  confirmations: Flags.integer({
    description: 'Blocks that must hold each transaction.',
    default: 1,
    min: 1,
    max: 100,
  }),
  timeout: Flags.integer({ description: 'Seconds to wait for each confirmation.', default: 300, min: 1, max: 86_400 }),
}

/** Flags of every command that sends a transaction. */
export const sendFlags = {
  ...networkFlags,
  ...accountFlags,
  ...waitFlags,
  speed: Flags.option({ options: SPEEDS, description: 'How much to pay for being mined soon.', default: 'normal' })(),
  'dry-run': Flags.boolean({
    description: 'Stop after the prechecks and the rehearsal; send nothing.',
    exclusive: ['export'],
  }),
  export: Flags.option({
    options: EXPORTS,
    description:
      'Sign nothing: write the calls for another wallet, for a Safe (Transaction Builder), or unsigned for `tx sign`.',
  })(),
  out: Flags.string({
    description: 'Write what is exported to this new file.',
    dependsOn: ['export'],
    helpValue: 'FILE',
  }),
  yes: yesFlag,
}

export const fromFlag = Flags.string({
  description:
    'Key of the account that sends: name, address or path; `ledger`, ledger:0xADDRESS or ledger:PATH; on a devnet also the address of a funded account.',
  required: true,
  helpValue: 'KEY',
})

export const idFlag = wholeFlag({
  description: 'Id of the sequencer; without it the one of the account.',
  helpValue: 'N',
})

/** Flags of commands that send rewards over the bridge. */
export const bridgingFlags = {
  from: fromFlag,
  id: idFlag,
  'bridge-fee': Flags.custom<bigint>({
    parse: async (text) => parseMetis(text, 'ETH'),
    description: 'ETH to pay the bridge, where it does not tell what it wants.',
    helpValue: 'ETH',
  })(),
  ...sendFlags,
}

export interface WriteChoice extends NetworkChoice, AccountChoice {
  readonly confirmations: number
  readonly timeout: number
  readonly speed: Speed
  readonly 'dry-run': boolean
  readonly export?: ExportKind | undefined
  readonly out?: string | undefined
  readonly yes: boolean
  readonly from: string
  readonly id?: bigint | undefined
}
