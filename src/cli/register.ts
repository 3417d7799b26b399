import { Flags } from '@oclif/core'
import { addressOfPublicKey } from '../core/consensus/crypto.js'
import type { SequencerPublicRecord } from '../core/staking/record.js'
import { avatarOf, type Picture } from '../core/staking/registration/picture.js'
import type { Plan } from '../core/staking/types.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { Sent } from '../l1/send/index.js'
import { redactUrl } from '../l1/url.js'
import { localSigner } from '../signers/index.js'
import type { OpenNetwork } from './network.js'
import { commandLine } from './outlook.js'

/** Flags that say what the public record is to tell. */
export const recordFlags = {
  name: Flags.string({ description: 'Name, at most 24 characters.' }),
  image: Flags.string({
    description: 'Picture, PNG or SVG: square, 128 to 256 pixels a side, at most 24 KB.',
    exclusive: ['avatar'],
    helpValue: 'FILE',
  }),
  avatar: Flags.string({
    description: 'A picture that lies in the resources already: {BASEDIR}/assets/NAME.png or .svg.',
  }),
  desc: Flags.string({ description: 'Description, at most 200 characters.' }),
  url: Flags.string({ description: 'Website, https.' }),
  'lst-name': Flags.string({ description: 'Liquid staking token, at most 24 characters.' }),
  'lst-url': Flags.string({ description: 'Website of that token, https.' }),
}

export interface RecordTexts {
  readonly name?: string | undefined
  readonly avatar?: string | undefined
  readonly desc?: string | undefined
  readonly url?: string | undefined
  readonly 'lst-name'?: string | undefined
  readonly 'lst-url'?: string | undefined
}

const SEND_TIMEOUT_SECONDS = 60

/** The record of those texts, unchecked; on a devnet they have defaults. */
export function recordOf(
  owner: Address,
  pubkey: Hex,
  texts: RecordTexts,
  picture: Picture | null,
  test: boolean,
): SequencerPublicRecord {
  const signer = addressOfPublicKey(pubkey)
  const name = texts.name ?? (test ? `Devnet ${signer.slice(0, 10)}` : '')
  const placed = picture?.type ? avatarOf(name, picture.type) : undefined
  const { desc, url, 'lst-name': lstName, 'lst-url': lstUrl } = texts
  return {
    name,
    avatar: placed ?? texts.avatar ?? (test ? avatarOf(name, 'png') : ''),
    desc: desc ?? (test ? 'A sequencer of a devnet.' : ''),
    address: owner,
    seq_addr: signer,
    pubkey,
    url: url ?? (test ? 'https://devnet.invalid' : ''),
    ...(lstName === undefined ? {} : { lst_name: lstName }),
    ...(lstUrl === undefined ? {} : { lst_url: lstUrl }),
  }
}

/** Whitelists on a devnet with its admin, a public test key; on other networks nobody here can. */
export async function whitelistOnDevnet({ client, devnet }: OpenNetwork, owner: Address): Promise<Sent | null> {
  if (devnet === undefined) return null
  const { fileJournal, journalPath, whitelistOwner } = await import('../l1/index.js')
  const options = {
    journal: fileJournal(journalPath(), Date.now),
    confirmations: 1,
    timeoutSeconds: SEND_TIMEOUT_SECONDS,
  }
  return (await whitelistOwner(client, localSigner(devnet.admin.privateKey), owner, options)) ?? null
}

/** The lock of the minimum for `record`, planned on the chain as it is. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function planFirstLock(
  { client }: OpenNetwork,
  { address, pubkey }: SequencerPublicRecord,
): Promise<Plan> {
  const { readStakingState } = await import('../l1/index.js')
  const { planWish } = await import('../core/staking/plan.js')
  const wish = { action: 'lock', owner: address, pubkey } as const
  const state = await readStakingState(client, { ...wish, amount: 0n })
  return planWish(state, { ...wish, amount: state.pool.minLock }, client.network.contracts)
}

/** How keys and network were named on the command line. */
export interface Named {
  readonly from: string
  readonly signer?: string | undefined
  readonly 'signer-pubkey'?: string | undefined
  readonly 'rpc-url'?: string | undefined
  readonly 'data-dir'?: string | undefined
}

/** The lock of `amount` METIS as it is typed, with the names of `named`; an endpoint that holds a key goes by its variable. */
export function lockLine(network: string, amount: string, named: Named): string {
  const { from, signer, 'signer-pubkey': pubkey, 'rpc-url': url, 'data-dir': dataDir } = named
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, quoted(value)])
  const open = url !== undefined && redactUrl(url) === url.replace(/\/$/, '')
  return commandLine(network, [
    ...['lock', amount],
    ...flag('--from', from),
    ...(signer === undefined ? flag('--signer-pubkey', pubkey) : flag('--signer', signer)),
    ...flag('--data-dir', dataDir),
    ...(url === undefined || open ? flag('--rpc-url', url) : ['--rpc-url', '"$METIS_SEQ_RPC_URL"']),
  ])
}

/** For a shell, where a path may have spaces. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
