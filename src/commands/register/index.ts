import { Flags } from '@oclif/core'
import { writeNewFile } from '../../cli/batch/files.js'
import { BaseCommand } from '../../cli/command.js'
import { networkFlags, type OpenNetwork, onNetwork } from '../../cli/network.js'
import { type AccountChoice, accountFlags, findAccount, signerFlags } from '../../cli/owner.js'
import { readPicture } from '../../cli/picture.js'
import { renderPrechecks } from '../../cli/plan.js'
import { lockLine, type Named, planFirstLock, recordFlags, recordOf, whitelistOnDevnet } from '../../cli/register.js'
import { askPassword } from '../../cli/signing.js'
import { parseAddress } from '../../cli/values.js'
import { isHex, utf8 } from '../../core/codec/index.js'
import { formatMetis } from '../../core/staking/amount.js'
import type { Precheck } from '../../core/staking/precheck.js'
import { parsePublicKey } from '../../core/staking/publicKey.js'
import { checkRecord, type SequencerPublicRecord } from '../../core/staking/record.js'
import { type HandIn, handInOf, registrationChecks } from '../../core/staking/registration/checklist.js'
import type { Picture } from '../../core/staking/registration/picture.js'
import type { Address, Hex } from '../../core/types/hex.js'
import type { Sent } from '../../l1/send/index.js'
import { findKey, type LocalSigner, type OwnershipProof, proveOwnership, unlockKey } from '../../signers/index.js'

interface Registered {
  readonly network: string
  readonly record: SequencerPublicRecord
  /** Null where no picture was given. */
  readonly picture: Picture | null
  /** Null where only the public key was given. */
  readonly proof: OwnershipProof | null
  readonly whitelisted: boolean
  /** The transaction that whitelisted the owner just now. */
  readonly transaction: Sent | null
  /** Where the record goes; null on a devnet. */
  readonly handIn: HandIn | null
  readonly checks: readonly Precheck[]
  /** The command that locks the minimum when all is there. */
  readonly lock: string
}

/** Makes the public record of a sequencer (metis-sequencer-resources). */
export default class Register extends BaseCommand {
  static override summary = 'Make and check the public record of a sequencer, and say what is missing before the lock.'
  static override description =
    `Prints the entry for sequencers/<chain>/all.json of metis-sequencer-resources, checks its picture, and proves that the signer's key
is at hand. Then it lists what is there and what is missing, and the command that locks.
On a devnet the texts have defaults, and the owner is whitelisted at once.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from owner --signer sequencer',
    '<%= config.bin %> <%= command.id %> --from owner --signer sequencer --name Alpha --image alpha.png --desc Alpha --url https://alpha.example --network andromeda --rpc-url https://ethereum.example --out alpha.json',
  ]
  static override flags = {
    from: Flags.string({
      description: 'The owner, to be whitelisted: an address, a key of the keystore, or ledger:PATH.',
      required: true,
      aliases: ['owner', 'address'],
      helpValue: 'KEY',
    }),
    signer: signerFlags.signer,
    'signer-pubkey': Flags.string({
      description: 'Its public key, 64 bytes of hex; the key is then not proven to be at hand.',
      helpValue: 'HEX',
    }),
    ...recordFlags,
    out: Flags.string({ description: 'Write the record to this new file too.', helpValue: 'FILE' }),
    ...networkFlags,
    ...accountFlags,
  }

  async run(): Promise<Registered> {
    const { flags } = await this.parse(Register)
    const picture = flags.image === undefined ? null : await readPicture(flags.image)
    return onNetwork(flags, async (open) => {
      const owner = await ownerOf(flags, open)
      const { pubkey, signer } = await signerOf(flags)
      const record = checkRecord(recordOf(owner, pubkey, flags, picture, open.devnet !== undefined))
      const { name: network, l2ChainId } = open.client.network
      const proof = signer ? await proveOwnership(record, l2ChainId, signer) : null
      const text = JSON.stringify(record, null, 2)
      if (flags.out !== undefined) await writeNewFile(flags.out, utf8(`${text}\n`))
      this.print(text)
      const made = { network, record, picture, proof, handIn: open.devnet ? null : handInOf(record, l2ChainId) }
      return this.#wayToLock(open, made, flags)
    })
  }

  async #wayToLock(
    open: OpenNetwork,
    made: Omit<Registered, 'whitelisted' | 'transaction' | 'checks' | 'lock'>,
    named: Named,
  ): Promise<Registered> {
    const { readWhitelisted } = await import('../../l1/index.js')
    const before = await readWhitelisted(open.client, made.record.address)
    const transaction = before ? null : await whitelistOnDevnet(open, made.record.address)
    const plan = await planFirstLock(open, made.record)
    const { record, picture, proof, handIn, network } = made
    const checks = registrationChecks({ picture: picture !== null, proven: proof !== null, handIn, plan })
    const lock = lockLine(network, formatMetis(plan.after.stake), named)
    this.note(`On the way to the lock\n${renderPrechecks(checks)}`)
    this.note(checks.every(({ ok }) => ok) ? `Next: ${lock}` : `When all of that is there: ${lock}`)
    return { ...made, record, whitelisted: before || transaction !== null, transaction, checks, lock }
  }
}

async function ownerOf(flags: AccountChoice & { from: string }, { devnet }: OpenNetwork): Promise<Address> {
  if (isHex(flags.from, 20)) return parseAddress(flags.from, '--from')
  return (await findAccount(flags.from, flags, { devnet, keyless: true })).address
}

async function signerOf(flags: {
  signer?: string | undefined
  'signer-pubkey'?: string | undefined
  keystore: string
  'password-file'?: string | undefined
}): Promise<{ pubkey: Hex; signer?: LocalSigner }> {
  if (flags.signer === undefined) return { pubkey: parsePublicKey(flags['signer-pubkey'] ?? '') }
  const key = await findKey(flags.keystore, flags.signer)
  const signer = await unlockKey(key, await askPassword(flags['password-file'], key.name))
  return { pubkey: signer.publicKey, signer }
}
