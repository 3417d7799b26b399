import { Flags } from '@oclif/core'
import { type BlockJson, blockJson } from '../../cli/batch/blockJson.js'
import { readBytes } from '../../cli/batch/files.js'
import { decodeFile, FORMATS } from '../../cli/batch/formats.js'
import { BaseCommand } from '../../cli/command.js'
import { fileArgument, wholeFlag } from '../../cli/values.js'

/** Bytes to blocks in the live network's layout, offline. */
export default class BatchDecode extends BaseCommand {
  static override summary = 'Read a batch of the live layout, offline.'
  static override description =
    `Reads a span batch, a channel or the calldata of an inbox transaction, as bytes or hex (gzipped or not), and lists its blocks.
With --json it prints them in full, in the form that \`batch encode\` reads. A span batch knows only the first timestamp.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> span.hex',
    '<%= config.bin %> <%= command.id %> inbox.bin --format calldata --json',
  ]
  static override args = { file: fileArgument('File of the bytes, or of hex text.') }
  static override flags = {
    format: Flags.option({ options: FORMATS, description: 'What the file holds; found out by default.' })(),
    'chain-id': wholeFlag({ description: 'L2 chain id, which a span batch leaves out.', default: 1088n }),
    parity: Flags.option({
      options: ['plain', 'inverted'] as const,
      description: "The seals' y-parity: plain is what the format means, inverted what the live writer does.",
      default: 'plain' as const,
    })(),
  }

  async run(): Promise<BlockJson> {
    const { args, flags } = await this.parse(BatchDecode)
    const { format, parity, 'chain-id': chainId } = flags
    const decoded = blockJson(decodeFile(args.file, await readBytes(args.file), { format, parity, chainId }), chainId)
    this.print(`Format: ${decoded.format}`)
    await this.table(
      ['BLOCK', 'TIMESTAMP', 'L1 BLOCK', 'TXS', 'QUEUE TXS'],
      decoded.blocks.map(({ blockNumber, timestamp, txs }) => {
        return [blockNumber, timestamp, txs[0]?.l1BlockNumber, txs.length, txs.filter((tx) => !tx.isSequencerTx).length]
      }),
    )
    return decoded
  }
}
