import { Flags } from '@oclif/core'
import { BaseCommand } from '../../../cli/command.js'
import { ledgerFlags, ledgerOptions } from '../../../cli/ledger.js'
import { networkFlags, onNetwork } from '../../../cli/network.js'
import { BURNT_SIGNER_ID } from '../../../core/staking/types.js'
import type { Address } from '../../../core/types/hex.js'
import type { ListedAccount } from '../../../signers/ledger/index.js'

interface Sequencer {
  readonly id: bigint
  readonly role: 'owner' | 'signer'
}

interface Listed extends ListedAccount {
  /** Null where it has none, or no network was asked. */
  readonly sequencer: Sequencer | null
}

interface LedgerAccounts {
  /** Null where none was asked. */
  readonly network: string | null
  readonly accounts: readonly Listed[]
}

/** Lists accounts of the device. */
export default class KeysLedgerList extends BaseCommand {
  static override summary = 'List the accounts of a Ledger, and with a network whose sequencers they are.'
  static override description =
    `Shows the first accounts as Ledger Live counts them (m/44'/60'/x'/0/0) and as older tools do (legacy, m/44'/60'/0'/x).
Nothing has to be approved on the device.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network andromeda --rpc-url https://ethereum.example',
  ]
  static override flags = {
    count: Flags.integer({ description: 'Accounts of each scheme.', default: 10, min: 1, max: 100 }),
    ...ledgerFlags,
    ...networkFlags,
    network: Flags.string({
      description: 'Ask this network whose sequencers they are: devnet, andromeda, sepolia, or one that you added.',
      env: 'METIS_SEQ_NETWORK',
    }),
  }

  async run(): Promise<LedgerAccounts> {
    const { flags } = await this.parse(KeysLedgerList)
    const named = flags['rpc-url'] !== undefined || flags['data-dir'] !== undefined
    const network = flags.network ?? (named ? 'devnet' : undefined)
    const { listAccounts } = await import('../../../signers/ledger/index.js')
    const accounts = await listAccounts(await ledgerOptions(flags), flags.count)
    const known = network === undefined ? new Map() : await sequencersOf({ ...flags, network }, accounts)
    const listed = accounts.map((each) => ({ ...each, sequencer: known.get(each.address) ?? null }))
    await this.table(
      ['SCHEME', 'PATH', 'ADDRESS', 'SEQUENCER'],
      listed.map(({ scheme, path, address, sequencer }) => [
        scheme,
        path,
        address,
        sequencer === null ? undefined : `${sequencer.id} (${sequencer.role})`,
      ]),
    )
    return { network: network ?? null, accounts: listed }
  }
}

function sequencersOf(
  choice: Parameters<typeof onNetwork>[0],
  accounts: readonly ListedAccount[],
): Promise<ReadonlyMap<Address, Sequencer>> {
  return onNetwork(choice, async ({ client }) => {
    const { readRoles } = await import('../../../l1/index.js')
    const known = new Map<Address, Sequencer>()
    for (const { address, owned, signed } of await readRoles(
      client,
      accounts.map((each) => each.address),
    )) {
      if (owned > 0n) known.set(address, { id: owned, role: 'owner' })
      else if (signed > 0n && signed !== BURNT_SIGNER_ID) known.set(address, { id: signed, role: 'signer' })
    }
    return known
  })
}
