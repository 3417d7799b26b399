import { BaseCommand } from '../../cli/command.js'
import { badInput, readJson } from '../../cli/input.js'
import { fileArgument } from '../../cli/values.js'
import { isHex, normaliseHex } from '../../core/codec/index.js'
import { checkRecord, type SequencerPublicRecord } from '../../core/staking/record.js'
import type { Address } from '../../core/types/hex.js'
import { type OwnershipProof, verifyOwnership } from '../../signers/index.js'

interface Verified {
  /** L2 chain id that the proof is for. */
  readonly chain: bigint
  readonly owner: Address
  readonly signer: Address
}

const MAX_BYTES = 64 * 1024
const NEXT = 'Give what `metis-seq register --json` printed.'

/** Checks that whoever made a record held the signer's key. */
export default class RegisterVerify extends BaseCommand {
  static override summary = "Check the proof that came with a record: whoever made it held the signer's key."
  static override description =
    `Reads what \`metis-seq register --json\` printed and asks nobody. Exit 10 when the proof does not hold.`
  static override examples = ['<%= config.bin %> <%= command.id %> alpha-proof.json']
  static override args = { file: fileArgument('The record with its proof.') }

  async run(): Promise<Verified> {
    const { args } = await this.parse(RegisterVerify)
    const { record, proof } = parse(args.file, await readJson(args.file, NEXT, MAX_BYTES))
    const chain = await verifyOwnership(record, proof)
    const { address: owner, seq_addr: signer } = record
    this.print(`The key of ${signer} was at hand: it signed for the sequencer of ${owner} on chain ${chain}.`)
    return { chain, owner, signer }
  }
}

/** @throws MetisSeqError `INPUT_INVALID`, `RECORD_INVALID` (exit 2) */
function parse(path: string, content: unknown): { record: SequencerPublicRecord; proof: OwnershipProof } {
  const { record, proof } = (content ?? {}) as { record?: unknown; proof?: unknown }
  const { message, signature } = (proof ?? {}) as { message?: unknown; signature?: unknown }
  if (typeof message !== 'string' || typeof signature !== 'string' || !isHex(signature, 65)) {
    throw badInput(path, 'it holds no proof', NEXT)
  }
  return {
    record: checkRecord(record as SequencerPublicRecord),
    proof: { message, signature: normaliseHex(signature, 65) },
  }
}
