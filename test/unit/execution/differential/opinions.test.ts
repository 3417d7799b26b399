import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleBlock, parseBlock } from '../../../../src/core/chain/block.js'
import { openRig, type Rig } from '../support.js'
import { build, type Case, headOf } from './case.js'
import { Dice } from './dice.js'
import { Generator } from './generator.js'
import { type Opinion, openOpinions } from './opinions.js'
import { RequestQueue } from './requests.js'
import { settings } from './world.js'

let rig: Rig
let opinions: Opinion[]
let subject: Case
beforeAll(async () => {
  const [, { genesis }] = await settings()
  rig = await openRig(genesis)
  opinions = await openOpinions(genesis)
  const [generator, head] = [new Generator(new Dice(2)), headOf(rig.engine)]
  const raws = (await generator.candidates(head)).map(({ raw }) => raw)
  subject = await build(rig.engine, raws, generator.attributes(head), new RequestQueue())
}, 120_000)
afterAll(() => Promise.all([rig.remove(), ...opinions.map((opinion) => opinion.close())]))

describe('every implementation that judges blocks', () => {
  it('objects to a false state root', async () => {
    const { block } = subject
    const header = { ...parseBlock(block.encoded).header, stateRoot: `0x${'11'.repeat(32)}` as const }
    const altered = { ...subject, block: assembleBlock(header, block.transactions, block.withdrawals) }
    for (const opinion of opinions) expect(await opinion.judge(altered)).toMatchObject({ by: opinion.name })
  })

  it('objects to a transaction that was left out without a reason', async () => {
    const left = { hash: subject.receipts[0]?.transactionHash ?? '0x', reason: 'none', stale: false } as const
    const altered = { ...subject, rejected: [...subject.rejected, left] }
    const [, ethereumjs] = opinions
    expect(await ethereumjs?.judge(altered)).toMatchObject({
      by: 'ethereumjs',
      field: expect.stringMatching(/^rejected/),
    })
  })

  it('objects to a false receipt, and to nothing else', async () => {
    const { receipts, block } = subject
    expect(receipts.length).toBeGreaterThan(1)
    const altered = receipts.map((receipt, i) => (i === 1 ? { ...receipt, gasUsed: receipt.gasUsed + 1n } : receipt))
    for (const opinion of opinions) {
      const objection = { by: opinion.name, field: 'receipts[1].gasUsed' }
      expect(await opinion.judge({ ...subject, receipts: altered })).toMatchObject(objection)
      await opinion.rewind(block.parentHash)
      expect(await opinion.judge(subject)).toBeUndefined()
    }
  })
})
