import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { readJson } from '../../cli/input.js'
import { parseValidators, VALIDATORS_EXAMPLE } from '../../cli/validators.js'
import { addressFlag, wholeFlag } from '../../cli/values.js'
import type { Hex } from '../../core/codec/index.js'
import { predictRespan, predictSpan, type SpanValidator } from '../../core/selection/themis.js'

interface Prediction {
  readonly seed: Hex | string
  readonly producers: readonly { readonly id: number; readonly signer: Hex }[]
}

/** Who the live network draws, worked out without asking anybody (rule S2). */
export default class RotationPredict extends BaseCommand {
  static override summary = 'Predict whom the live network draws, offline.'
  static override description =
    `Reads the eligible validators from a file in candidate order (the live network orders them by signer address):
${VALIDATORS_EXAMPLE}
With --span it draws the producers of that span; with --respan the one who replaces a sequencer that stalls at that height.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --validators validators.json --span 42',
    '<%= config.bin %> <%= command.id %> --validators validators.json --respan 15214600 --seed 0 --current 0xa233cc81fc6c12e3318ea71ec5d7bba78c706b04',
  ]
  static override flags = {
    algorithm: Flags.string({ description: 'Way of drawing.', options: ['themis'], default: 'themis' }),
    validators: Flags.string({ description: 'JSON file of the validators; `-` reads standard input.', required: true }),
    span: wholeFlag({ description: 'Number of the span to draw for.', exactlyOne: ['span', 'respan'] }),
    producers: Flags.integer({
      description: 'Producers of a span; the live networks have 1.',
      default: 1,
      min: 1,
      max: 1024,
      exclusive: ['respan'],
    }),
    respan: wholeFlag({ description: 'L2 height at which the chain stalls, in blocks.', dependsOn: ['current'] }),
    seed: wholeFlag({
      description: 'How often a re-span was tried for this epoch (default 0).',
      dependsOn: ['respan'],
    }),
    current: addressFlag({ description: 'Address of the sequencer that stalls.', dependsOn: ['respan'] }),
  }

  async run(): Promise<Prediction> {
    const { flags } = await this.parse(RotationPredict)
    const next = `It looks like ${VALIDATORS_EXAMPLE}.`
    const validators = parseValidators(flags.validators, await readJson(flags.validators, next))
    const prediction =
      flags.respan === undefined || flags.current === undefined
        ? span(validators, flags.span ?? 0n, flags.producers)
        : respan(validators, flags.respan, flags.seed ?? 0n, flags.current)
    this.print(`Seed: ${prediction.seed}`)
    await this.table(
      ['ID', 'SIGNER'],
      prediction.producers.map(({ id, signer }) => [id, signer]),
    )
    return prediction
  }
}

function span(validators: readonly SpanValidator[], number: bigint, producerCount: number): Prediction {
  const { seed, producers } = predictSpan({ validators, span: number, producerCount })
  return { seed, producers: producers.map(({ id, signer }) => ({ id: Number(id), signer })) }
}

/** The seed of a re-span is a number, height + seed, where a span's is a hash. */
function respan(validators: readonly SpanValidator[], height: bigint, seed: bigint, current: Hex): Prediction {
  const chosen = predictRespan({ validators, height, seed, current })
  const producers = validators.filter(({ signer }) => signer === chosen)
  return { seed: `${height + seed}`, producers: producers.map(({ id, signer }) => ({ id: Number(id), signer })) }
}
