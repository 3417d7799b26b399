import { Wallet } from 'ethers'
import { expect, it } from 'vitest'
import { recordOutcome } from '../../../support/records/observe.js'
import { secret } from '../../../support/records/secrets.js'

const key = secret(Wallet.createRandom().privateKey)

it('prints what it should not', () => {
  const shown = process.env.METIS_SEQ_TEST_PLANT === '1' ? key.toUpperCase().replace('0X', '') : 'nothing'
  recordOutcome({ code: 0, stdout: `Key: ${shown}\n`, stderr: '' }, ['keys', 'show', 'one'])
  expect(shown).toBeTruthy()
})
