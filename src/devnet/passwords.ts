import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../core/errors/index.js'
import { makePrivateFolder } from '../files/private.js'
import { writeDurably } from './files.js'
import { corrupt } from './folder.js'

/** Gives each node a password of its own, in a file that only its owner reads: it encrypts the node's share of the group key. */
export async function makePasswords(paths: readonly string[]): Promise<string[]> {
  const made: string[] = []
  for (const path of paths) {
    const password = randomBytes(32).toString('hex')
    await makePrivateFolder(dirname(path))
    await writeDurably(path, `${password}\n`)
    made.push(password)
  }
  return made
}

/** @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9): without it the node's share cannot be read */
export async function readPassword(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw corrupt(path, `a node's password cannot be read (${messageOf(error)})`, error)
  })
  return text.trim()
}
