import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { nodeFlags, restOf } from '../../cli/node.js'
import { Exit } from '../../core/errors/index.js'
import type { Rotation as RotationState } from '../../node/index.js'

const SHOWN_HISTORY = 10

/** Who sequences, who comes next, and who did. */
export default class Rotation extends BaseCommand {
  static override summary = 'Who sequences now, who comes next, and who did.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --watch',
    '<%= config.bin %> <%= command.id %> --rest http://127.0.0.1:9546/v1 --json',
  ]
  static override flags = {
    ...nodeFlags,
    watch: Flags.boolean({ description: 'Go on and tell every change; with --json one line each.' }),
  }

  async run(): Promise<RotationState | undefined> {
    const { flags } = await this.parse(Rotation)
    const { readRotation, watchRotation } = await import('../../devnet/rotation.js')
    const rest = await restOf(flags)
    if (!flags.watch) {
      const rotation = await readRotation(rest)
      await this.#show(rotation)
      return rotation
    }
    for await (const rotation of watchRotation(rest, this.interrupted())) {
      if (this.jsonEnabled()) this.event(rotation)
      else this.print(summary(rotation))
    }
    process.exitCode = Exit.interrupted
    return undefined
  }

  async #show(rotation: RotationState): Promise<void> {
    this.print(`${summary(rotation)}\n`)
    await this.table(
      ['EPOCH', 'SEQUENCER', 'FROM', 'TO', 'BLOCKS', 'CUT'],
      rotation.history
        .slice(-SHOWN_HISTORY)
        .map((term) => [
          term.epoch,
          term.sequencer,
          term.startBlock,
          term.endBlock,
          term.blocks,
          term.cut ? 'yes' : '',
        ]),
    )
  }
}

function summary({ head, current, next }: RotationState): string {
  const coming = next === null ? 'not drawn yet' : `${next.sequencer}, blocks ${next.startBlock} to ${next.endBlock}`
  return `Head ${head}. Now: ${current.sequencer}, epoch ${current.epoch}, until block ${current.endBlock}. Next: ${coming}.`
}
