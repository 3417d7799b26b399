import { Args, Flags } from '@oclif/core'
import { type Hex, isHex, normaliseHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { SnapshotContent } from '../node/index.js'
import type { Progress } from './progress.js'

const STEP = 100_000

/** The file of a snapshot. */
export const snapshotArgument = Args.string({ name: 'file', description: 'File of the snapshot.', required: true })

/** Whose data are meant. */
export const nodeFlag = Flags.integer({
  description: 'Number of the node, which must be stopped.',
  required: true,
  min: 0,
})

/** A flag that takes the hash of a block. */
export const blockHashFlag = Flags.custom<Hex>({
  helpValue: 'HASH',
  parse: async (text, _, flag) => {
    if (isHex(text, 32)) return normaliseHex(text, 32)
    throw new MetisSeqError('VALUE_INVALID', `--${flag.name} cannot be "${text.slice(0, 80)}": it is not a hash.`, {
      exit: Exit.usage,
      next: 'Give 0x and 64 hexadecimal digits.',
    })
  },
})

/** Tells of every so many nodes. */
export function told(progress: Progress): (done: { items: number; bytes: number }) => void {
  let next = STEP
  return ({ items, bytes }) => {
    if (items < next) return
    next += STEP
    progress.step(`${number(items)} trie nodes, ${number(Math.round(bytes / 1_000_000))} MB`)
  }
}

/** What a snapshot holds, in lines for a person. */
export function describe({
  chainId,
  genesis,
  number: block,
  hash,
  blocks,
  nodes,
  codes,
  bytes,
}: SnapshotContent): string {
  return [
    `Block ${number(block)} ${hash}`,
    `of the chain ${chainId} that begins with ${genesis}:`,
    `${number(blocks)} blocks, ${number(nodes)} trie nodes, ${number(codes)} contract codes, ${number(bytes)} bytes.`,
  ].join('\n')
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
