import { Flags } from '@oclif/core'
import { writeNewFile } from '../cli/batch/files.js'
import { BaseCommand } from '../cli/command.js'
import { networkFlags, type OpenNetwork, onNetwork } from '../cli/network.js'
import { accountFlags, findAccount } from '../cli/owner.js'
import { askPassword } from '../cli/signing.js'
import { parseAddress } from '../cli/values.js'
import { isHex, utf8 } from '../core/codec/index.js'
import { addressOfPublicKey } from '../core/consensus/crypto.js'
import { parsePublicKey } from '../core/staking/publicKey.js'
import { checkRecord, type SequencerPublicRecord } from '../core/staking/record.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import type { Sent } from '../l1/send/index.js'
import {
  findKey,
  type LocalSigner,
  localSigner,
  type OwnershipProof,
  proveOwnership,
  unlockKey,
} from '../signers/index.js'

interface Registered {
  readonly network: string
  readonly record: SequencerPublicRecord
  /** Absent where only the public key was given. */
  readonly proof: OwnershipProof | null
  readonly whitelisted: boolean
  /** The transaction that whitelisted the owner just now. */
  readonly transaction: Sent | null
}

const SEND_TIMEOUT_SECONDS = 60

/** Makes the public record of a sequencer (metis-sequencer-resources). */
export default class Register extends BaseCommand {
  static override summary = 'Make and check the public record of a sequencer, and say whether its owner is whitelisted.'
  static override description =
    `Prints the entry for sequencers/<chain>/all.json of metis-sequencer-resources and proves that the signer's key is at hand.
On a devnet the texts have defaults, and the owner is whitelisted at once.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from owner --signer sequencer',
    '<%= config.bin %> <%= command.id %> --from owner --signer sequencer --name Alpha --avatar https://alpha.example/a.png --desc Alpha --url https://alpha.example --network andromeda --rpc-url https://ethereum.example --out alpha.json',
  ]
  static override flags = {
    from: Flags.string({
      description: 'The owner, to be whitelisted: an address, a key of the keystore, or ledger:PATH.',
      required: true,
      aliases: ['owner', 'address'],
      helpValue: 'KEY',
    }),
    signer: Flags.string({
      description: 'Key that will sign blocks: name, address or path.',
      exactlyOne: ['signer', 'signer-pubkey'],
      helpValue: 'KEY',
    }),
    'signer-pubkey': Flags.string({
      description: 'Its public key, 64 bytes of hex; the key is then not proven to be at hand.',
      helpValue: 'HEX',
    }),
    name: Flags.string({ description: 'Name, at most 24 characters.' }),
    avatar: Flags.string({ description: 'URL of an image.' }),
    desc: Flags.string({ description: 'Description, at most 200 characters.' }),
    url: Flags.string({ description: 'Website.' }),
    'lst-name': Flags.string({ description: 'Liquid staking token, at most 24 characters.' }),
    'lst-url': Flags.string({ description: 'Website of that token.' }),
    out: Flags.string({ description: 'Write the record to this new file too.', helpValue: 'FILE' }),
    ...networkFlags,
    ...accountFlags,
  }

  async run(): Promise<Registered> {
    const { flags } = await this.parse(Register)
    const passwordFile = flags['password-file']
    return onNetwork(flags, async (open) => {
      const { devnet } = open
      const owner = isHex(flags.from, 20)
        ? parseAddress(flags.from, '--from')
        : (await findAccount(flags.from, flags, { devnet, keyless: true })).address
      const key = flags.signer === undefined ? undefined : await findKey(flags.keystore, flags.signer)
      const signer = key && (await unlockKey(key, await askPassword(passwordFile, key.name)))
      const pubkey = signer?.publicKey ?? parsePublicKey(flags['signer-pubkey'] ?? '')
      const record = checkRecord(recordOf(owner, pubkey, flags, devnet))
      return this.#register(open, record, signer, flags.out)
    })
  }

  async #register(
    open: OpenNetwork,
    record: SequencerPublicRecord,
    signer: LocalSigner | undefined,
    out: string | undefined,
  ): Promise<Registered> {
    const { client } = open
    const { readWhitelisted } = await import('../l1/index.js')
    const proof = signer ? await proveOwnership(record, client.network.l2ChainId, signer) : null
    const text = JSON.stringify(record, null, 2)
    if (out !== undefined) await writeNewFile(out, utf8(`${text}\n`))
    const before = await readWhitelisted(client, record.address)
    const transaction = before ? null : await whitelist(open, record.address)
    const whitelisted = before || transaction !== null
    this.print(text)
    if (proof === null) this.note('The key of the signer was not looked at: only its public key was given.')
    this.note(whitelisted ? `The owner ${record.address} is whitelisted.` : notWhitelisted(record.address))
    return { network: client.network.name, record, proof, whitelisted, transaction }
  }
}

/** On a devnet its admin, a public test key, whitelists; on other networks nobody here can. */
async function whitelist({ client, devnet }: OpenNetwork, owner: Address): Promise<Sent | null> {
  if (devnet === undefined) return null
  const { fileJournal, journalPath, whitelistOwner } = await import('../l1/index.js')
  const options = {
    journal: fileJournal(journalPath(), Date.now),
    confirmations: 1,
    timeoutSeconds: SEND_TIMEOUT_SECONDS,
  }
  return (await whitelistOwner(client, localSigner(devnet.admin.privateKey), owner, options)) ?? null
}

interface Texts {
  readonly name?: string | undefined
  readonly avatar?: string | undefined
  readonly desc?: string | undefined
  readonly url?: string | undefined
  readonly 'lst-name'?: string | undefined
  readonly 'lst-url'?: string | undefined
}

function recordOf(
  owner: Address,
  pubkey: Hex,
  texts: Texts,
  devnet: DevnetDescriptor | undefined,
): SequencerPublicRecord {
  const signer = addressOfPublicKey(pubkey)
  const test = devnet !== undefined
  const { name, avatar, desc, url, 'lst-name': lstName, 'lst-url': lstUrl } = texts
  return {
    name: name ?? (test ? `Devnet ${signer.slice(0, 10)}` : ''),
    avatar: avatar ?? (test ? 'https://devnet.invalid/avatar.png' : ''),
    desc: desc ?? (test ? 'A sequencer of a devnet.' : ''),
    address: owner,
    seq_addr: signer,
    pubkey,
    url: url ?? (test ? 'https://devnet.invalid' : ''),
    ...(lstName === undefined ? {} : { lst_name: lstName }),
    ...(lstUrl === undefined ? {} : { lst_url: lstUrl }),
  }
}

function notWhitelisted(owner: Address): string {
  return `The owner ${owner} is not whitelisted yet: hand the record in at metis-sequencer-resources, then ask here again.`
}
