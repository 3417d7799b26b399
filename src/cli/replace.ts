import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { formatMetis } from '../core/staking/amount.js'
import { SPEEDS, type Speed } from '../core/staking/types.js'
import type { Hash } from '../core/types/hex.js'
import type { Delivered } from '../l1/send/index.js'
import { BaseCommand } from './command.js'
import { type AccountChoice, accountFlags, accountOf } from './owner.js'
import { waitFlags } from './sendFlags.js'
import { confirmOnce, yesFlag } from './signing.js'
import { goOnWithoutReader } from './streams.js'
import { onRecord, renderTransaction, type TxChoice, txNetworkFlags } from './tx.js'

/** Flags of a command that puts another transaction in the place of one that is stuck. */
export const replaceFlags = {
  from: Flags.string({
    description: 'Key that signs, where the keystore has none of that account: a path, or `ledger`.',
    helpValue: 'KEY',
  }),
  speed: Flags.option({ options: SPEEDS, description: 'How much to pay for being mined soon.', default: 'fast' })(),
  yes: yesFlag,
  ...txNetworkFlags,
  ...accountFlags,
  ...waitFlags,
}

interface ReplaceChoice extends TxChoice, AccountChoice {
  readonly from?: string | undefined
  readonly speed: Speed
  readonly yes: boolean
  readonly confirmations: number
  readonly timeout: number
}

export interface Replaced {
  readonly network: string
  readonly replaced: Hash
  /** The one that was mined: the new one, or an old one of the same nonce that came first. */
  readonly transaction: Delivered
  readonly status: 'replaced' | 'mined-before'
}

/** A command that replaces a transaction of the journal. */
export abstract class ReplaceCommand extends BaseCommand {
  protected replace(how: 'bump' | 'cancel', hash: string | undefined, flags: ReplaceChoice): Promise<Replaced> {
    goOnWithoutReader()
    return onRecord(hash, flags, async (open) => {
      const { client, devnet, record, records, journal } = open
      const { planReplacement, readSigned, sendReplacement, withAccountOf } = await import('../l1/index.js')
      return withAccountOf(client, record.from, async () => {
        const replacement = await planReplacement(client, record, records, how, flags.speed)
        const { title, transaction } = replacement
        const paid = readSigned(record.raw).transaction
        this.print(await renderTransaction(title, record.from, transaction))
        this.print(`  before at most ${formatMetis(paid.gasLimit * paid.maxFeePerGas)} ETH`)
        const account = await accountOf(record.from, flags.from, flags, devnet)
        await confirmOnce(`On ${client.network.name}, with ${record.from}: ${title}?`, flags.yes)
        const signer = await account.open()
        const { mined, inTime, cancelled } = await this.working((progress) =>
          sendReplacement(client, signer, record, records, replacement, {
            journal,
            confirmations: flags.confirmations,
            timeoutSeconds: flags.timeout,
            onSent: (what, sent) => progress.step(`${what} (${sent})`),
            signal: this.interrupted(),
          }),
        )
        if (how === 'cancel' && !cancelled) throw notCancelled(mined)
        if (!inTime) this.note('One of the same nonce was mined before the one that should have taken its place.')
        this.print(`Mined in block ${mined.block}: ${mined.title}.`)
        const status = inTime ? 'replaced' : 'mined-before'
        return { network: client.network.name, replaced: record.hash, transaction: mined, status }
      })
    })
  }
}

function notCancelled({ hash, title, block }: Delivered): MetisSeqError {
  return new MetisSeqError('TX_NOT_CANCELLED', `Too late: "${title}" (${hash}) was mined in block ${block}.`, {
    exit: Exit.reverted,
    next: '`metis-seq status` shows what it did.',
    details: { hash, block },
  })
}
