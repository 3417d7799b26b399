import { Flags } from '@oclif/core'
import { readBlockFile, writeNewFile } from '../../cli/batch/files.js'
import { encodeFile, FORMATS } from '../../cli/batch/formats.js'
import { BaseCommand } from '../../cli/command.js'
import { fileArgument, wholeFlag } from '../../cli/values.js'
import { bytesToHex, type Hex } from '../../core/codec/index.js'

interface Encoded {
  readonly format: string
  readonly blocks: number
  /** Length in bytes. */
  readonly size: number
  readonly hex?: Hex
  readonly out?: string
}

/** Blocks to bytes in the live network's layout, offline. */
export default class BatchEncode extends BaseCommand {
  static override summary = 'Write blocks as a batch of the live layout, offline.'
  static override description =
    `Reads blocks as JSON (gzipped or not), as \`batch decode --json\` prints them, and prints the batch as hex.
span: the bare span batch. channel: the same in RLP and brotli, as frames and blobs carry it. calldata: a whole inbox transaction under zlib.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> blocks.json --format span',
    '<%= config.bin %> <%= command.id %> blocks.json.gz --format calldata --batch-index 4321 --out inbox.bin',
  ]
  static override args = { file: fileArgument('JSON file of the blocks.') }
  static override flags = {
    format: Flags.option({ options: FORMATS, description: 'What to write.', required: true })(),
    'batch-index': wholeFlag({ description: 'Index of the batch on L1; in calldata alone.', default: 0n }),
    parity: Flags.option({
      options: ['plain', 'inverted'] as const,
      description: "The seals' y-parity: plain is what the format means, inverted what the live writer does.",
      default: 'plain' as const,
    })(),
    out: Flags.string({ description: 'Write the bytes to this new file instead of printing hex.' }),
  }

  async run(): Promise<Encoded> {
    const { args, flags } = await this.parse(BatchEncode)
    const file = await readBlockFile(args.file)
    const { format, parity, out, 'batch-index': batchIndex } = flags
    const bytes = encodeFile(args.file, file, { format, parity, batchIndex })
    const result = { format, blocks: file.blocks.length, size: bytes.length }
    if (out === undefined) {
      const hex = bytesToHex(bytes)
      this.print(hex)
      return { ...result, hex }
    }
    await writeNewFile(out, bytes)
    this.print(`${out}: ${bytes.length} bytes, ${file.blocks.length} blocks (${format})`)
    return { ...result, out }
  }
}
