import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { defaultKeystore } from '../signers/keystore.js'
import { readPasswordFile } from '../signers/password.js'
import { isTerminal } from './streams.js'

const MAX_SECRET = 1024

/** Flags of every command that opens the keystore. */
export const keystoreFlags = {
  keystore: Flags.string({
    description: 'Folder of the keys.',
    env: 'METIS_SEQ_KEYSTORE',
    helpValue: 'DIR',
    default: async () => defaultKeystore(),
    defaultHelp: async () => defaultKeystore(),
    noCacheDefault: true,
  }),
}

/** Flags of every command that needs a key's password. */
export const passwordFlags = {
  'password-file': Flags.string({
    description: 'File with the password in its first line; without it you are asked.',
    env: 'METIS_SEQ_PASSWORD_FILE',
    helpValue: 'FILE',
  }),
}

/** Asks for a confirmation before something is sent. */
export const yesFlag = Flags.boolean({ char: 'y', description: 'Do it without asking.' })

/**
 * The password from `file`, else from the person at the terminal, hidden; `twice` for a new one.
 * @throws MetisSeqError `PASSWORD_NEEDED`, `PASSWORD_FILE_UNREADABLE`, `PASSWORD_MISMATCH` (exit 5)
 */
export async function askPassword(file: string | undefined, what: string, twice = false): Promise<string> {
  if (file !== undefined) return readPasswordFile(file)
  if (!canAsk()) {
    throw new MetisSeqError(
      'PASSWORD_NEEDED',
      `The password of ${what} is needed, and there is no terminal to ask at.`,
      {
        exit: Exit.signer,
        next: 'Name a file with --password-file or METIS_SEQ_PASSWORD_FILE.',
      },
    )
  }
  const { password } = await import('@inquirer/prompts')
  const context = { output: process.stderr }
  const first = await password({ message: `Password of ${what}:`, mask: false }, context)
  if (!twice) return first
  const second = await password({ message: 'The same again:', mask: false }, context)
  if (first === second) return first
  throw new MetisSeqError('PASSWORD_MISMATCH', 'The two passwords differ; no key was made.', {
    exit: Exit.signer,
    next: 'Run it again.',
  })
}

/** A secret from the person at the terminal, hidden, else from standard input. @throws MetisSeqError `SECRET_INVALID` (exit 2) */
export async function askSecret(message: string): Promise<string> {
  if (canAsk()) {
    const { password } = await import('@inquirer/prompts')
    return password({ message, mask: false }, { output: process.stderr })
  }
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_SECRET) {
      throw new MetisSeqError('SECRET_INVALID', `Standard input is longer than ${MAX_SECRET} characters.`, {
        exit: Exit.usage,
        next: 'Pipe the private key or the phrase alone.',
      })
    }
  }
  return text
}

/** Asks once, unless `yes`. @throws MetisSeqError `NOT_CONFIRMED` (exit 4) */
export async function confirmOnce(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!canAsk()) {
    throw new MetisSeqError('NOT_CONFIRMED', `"${question}" has to be confirmed, and there is no terminal to ask at.`, {
      exit: Exit.notConfirmed,
      next: 'Add --yes. Nothing was sent.',
    })
  }
  const { confirm } = await import('@inquirer/prompts')
  if (await confirm({ message: question, default: false }, { output: process.stderr })) return
  throw new MetisSeqError('NOT_CONFIRMED', 'You declined. Nothing was sent.', { exit: Exit.notConfirmed })
}

function canAsk(): boolean {
  return process.stdin.isTTY === true && isTerminal(process.stderr)
}
