import { Dice } from '../../unit/execution/differential/dice.js'
import { mutatedBytes } from './bytes.js'
import type { Decoder } from './decoder.js'
import { mutatedJson } from './json.js'
import { checkPrototypes, judge } from './oracle.js'
import { mutatedText } from './text.js'

/** What a decoder was given and did. */
export interface Figures {
  decoder: string
  inputs: number
  refused: number
  accepted: number
  /** Of the processor. */
  'slowest ms': number
  'heap growth kB': number
  findings: number
}

/** Findings of one decoder that are kept. */
const KEPT = 3

/** Tries one decoder; the same seed and number make the same input. */
export class Campaign {
  readonly decoder: Decoder
  readonly figures: Figures
  /** What is wrong, with decoder, seed, number and input. */
  readonly findings: string[] = []
  readonly #seed: number
  readonly #samples: readonly (Uint8Array | string)[]

  private constructor(decoder: Decoder, seed: number, samples: readonly (Uint8Array | string)[]) {
    this.decoder = decoder
    this.#seed = seed
    this.#samples = samples
    const none = { inputs: 0, refused: 0, accepted: 0, 'slowest ms': 0, 'heap growth kB': 0, findings: 0 }
    this.figures = { decoder: decoder.name, ...none }
  }

  static async begin(decoder: Decoder, seed: number): Promise<Campaign> {
    // A Buffer is a window on memory that others may share.
    const samples = [...(await decoder.samples())].map((each) =>
      typeof each === 'string' ? each : new Uint8Array(each),
    )
    return new Campaign(decoder, seed, samples)
  }

  /** @throws Error where a valid sample is not taken, or is a finding */
  async trySamples(): Promise<void> {
    if (this.#samples.length === 0) throw new Error(`${this.decoder.name} has no sample`)
    for (const sample of this.#samples) {
      const { outcome } = await this.#judged(sample, 'a sample')
      if (outcome === 'refused') {
        await this.decoder.decode(sample as never)
      }
    }
  }

  /** The next `count` inputs; what is wrong goes to `findings`. */
  async run(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.figures.inputs++
      try {
        await this.one(this.figures.inputs)
      } catch (error) {
        this.figures.findings++
        if (this.findings.length < KEPT) this.findings.push(error instanceof Error ? error.message : String(error))
      }
    }
    checkPrototypes()
  }

  /** The input with that number. @throws Error with decoder, seed, number and input of a finding */
  async one(number: number): Promise<void> {
    const { figures } = this
    const input = this.input(number)
    const { outcome, milliseconds, heapGrowth } = await this.#judged(input, `input ${number} of seed ${this.#seed}`)
    figures[outcome]++
    figures['slowest ms'] = Math.max(figures['slowest ms'], Math.round(milliseconds * 10) / 10)
    figures['heap growth kB'] = Math.max(figures['heap growth kB'], Math.round(heapGrowth / 1024))
  }

  input(number: number): Uint8Array | string {
    const dice = new Dice(Math.imul(this.#seed, 0x9e3779b1) ^ number)
    if (this.decoder.form === 'bytes') return mutatedBytes(this.#samples as Uint8Array[], dice)
    const samples = this.#samples as string[]
    return this.decoder.form === 'json' ? mutatedJson(samples, dice) : mutatedText(samples, dice)
  }

  async #judged(input: Uint8Array | string, which: string) {
    try {
      return await judge(this.decoder, input)
    } catch (error) {
      const shown = typeof input === 'string' ? JSON.stringify(input) : Buffer.from(input).toString('hex')
      const problem = error instanceof Error ? error.message : String(error)
      throw new Error(`${this.decoder.name}, ${which}: ${problem}\ninput (${input.length}): ${shown.slice(0, 2000)}`, {
        cause: error,
      })
    }
  }
}
