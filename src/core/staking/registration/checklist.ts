import { type Precheck, precheck } from '../precheck.js'
import type { SequencerPublicRecord } from '../record.js'
import type { Plan } from '../types.js'

/** Where a record is handed in. */
export interface HandIn {
  repository: string
  /** The record goes to the end of this list. */
  list: string
  /** The picture gets this name. */
  picture: string
}

const REPOSITORY = 'https://github.com/MetisProtocol/metis-sequencer-resources'

/** Checks of a lock that are about the command line alone, which is right by itself here. */
const NOT_SHOWN: readonly string[] = [
  'LOCK_BELOW_MINIMUM',
  'LOCK_ABOVE_MAXIMUM',
  'PUBKEY_MISMATCH',
  'NULL_REWARD_RECIPIENT',
]

/** Where `record` goes for the L2 network `l2ChainId`. */
export function handInOf({ avatar }: SequencerPublicRecord, l2ChainId: bigint): HandIn {
  const folder = `sequencers/${l2ChainId}`
  return { repository: REPOSITORY, list: `${folder}/all.json`, picture: avatar.replace('{BASEDIR}', folder) }
}

/** How far the way to the first lock was gone. */
export interface Registration {
  /** A picture that keeps the rules was given. */
  picture: boolean
  /** The signer's key signed. */
  proven: boolean
  /** Null on a network of ours, where nothing is handed in. */
  handIn: HandIn | null
  /** Of a lock of the minimum, on the chain as it is. */
  plan: Plan
}

/** What is there and what is missing before the lock, in the order in which one does it. */
export function registrationChecks({ picture, proven, handIn, plan }: Registration): Precheck[] {
  return [
    precheck('RECORD_INVALID', 'the public record is valid', true, '', ''),
    ...(handIn === null ? [] : [pictureCheck(picture)]),
    precheck(
      'KEY_NOT_PROVEN',
      "the signer's key is at hand",
      proven,
      'The key of the signer was not looked at: only its public key was given.',
      'Name the key with --signer on the machine that has it.',
    ),
    ...plan.prechecks
      .filter(({ code }) => !NOT_SHOWN.includes(code))
      .map((check) => (!check.ok && check.code === 'NOT_WHITELISTED' && handIn ? handedIn(check, handIn) : check)),
  ]
}

function pictureCheck(given: boolean): Precheck {
  return precheck(
    'PICTURE_MISSING',
    'the picture keeps the rules',
    given,
    'No picture was looked at.',
    'Name it with --image: PNG or SVG, square, 128 to 256 pixels, at most 24 KB.',
  )
}

function handedIn<T extends Precheck>(check: T, { repository, list, picture }: HandIn): T {
  const mend = `Hand the record in: a pull request to ${repository} that adds it at the end of ${list}, and the picture as ${picture}.`
  return { ...check, mend }
}
