import { Campaign } from '../test/support/fuzz/campaign.js'
import { closeDecoders, DECODERS } from '../test/support/fuzz/table.js'
import { paced, type SoakOptions } from './pace.js'

/** Inputs of all decoders together in one round. */
const INPUTS = 10_000

/** Every decoder with changed and random input, a million of them where nothing else is said. */
export async function run(options: SoakOptions): Promise<object[]> {
  const campaigns: Campaign[] = []
  try {
    for (const decoder of DECODERS) campaigns.push(await Campaign.begin(decoder, options.seed))
    const weights = campaigns.reduce((sum, { decoder }) => sum + (decoder.weight ?? 1), 0)
    const all = () => campaigns.reduce((sum, { figures }) => sum + figures.inputs, 0)
    for (const round of paced(options, 100, () => `${all()} inputs`)) {
      for (const campaign of campaigns) {
        const due = Math.ceil((INPUTS * round * (campaign.decoder.weight ?? 1)) / weights)
        await campaign.run(due - campaign.figures.inputs)
      }
    }
    const findings = campaigns.flatMap(({ findings: each }) => each)
    if (findings.length > 0)
      throw new Error(`${findings.length} findings after ${all()} inputs:\n${findings.join('\n')}`)
    return [...campaigns.map(({ figures }) => figures), { decoder: 'all', inputs: all() }]
  } finally {
    await closeDecoders()
  }
}
