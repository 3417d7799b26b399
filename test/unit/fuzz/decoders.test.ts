import { afterAll, expect, it } from 'vitest'
import { Campaign } from '../../support/fuzz/campaign.js'
import { closeDecoders, DECODERS } from '../../support/fuzz/table.js'

/** Inputs of a decoder of weight 1. */
const INPUTS = 60
const SEED = 7

afterAll(closeDecoders)

it.each(DECODERS.map((decoder) => [decoder.name, decoder] as const))(
  '%s: takes what is valid, and answers or refuses with a reason whatever it is given',
  async (_, decoder) => {
    const campaign = await Campaign.begin(decoder, SEED)
    await campaign.trySamples()
    await campaign.run(Math.ceil(INPUTS * (decoder.weight ?? 1)))
    expect(campaign.findings).toEqual([])
    expect(campaign.figures.inputs).toBeGreaterThan(0)
  },
)
