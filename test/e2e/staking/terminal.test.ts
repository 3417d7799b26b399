import { afterAll, beforeAll, expect, it } from 'vitest'
import { terminal } from '../../support/terminal.js'
import { openStageWithOwner, PASSWORD, type Stage } from './support.js'

const CTRL_C = '\u0003'

let stage: Stage
let owner: string
beforeAll(async () => {
  const opened = await openStageWithOwner()
  stage = opened
  owner = opened.owner.address
})
afterAll(() => stage?.close())

/** At a terminal, without a password file. */
function lock() {
  const { METIS_SEQ_PASSWORD_FILE: _, ...settings } = stage.settings
  return terminal(['lock', '20000', '--from', 'owner', '--signer', 'signer'], settings)
}

it('declined, or left with Ctrl-C at the question: nothing is sent', async () => {
  const declined = lock()
  await declined.shows(/On devnet, with 0x[0-9a-f]{40}: lock 20000 METIS/)
  declined.type('n\r')
  expect(await declined.ended).toBe(4)
  expect(declined.shown()).toContain('Nothing was sent')

  const left = lock()
  await left.shows(/On devnet, with/)
  left.type(CTRL_C)
  expect(await left.ended).toBe(130)
  expect(await stage.nonce(owner)).toBe(0)
})

it('a wrong password sends nothing: exit 5', async () => {
  const wrong = lock()
  await wrong.shows(/On devnet, with/)
  wrong.type('y\r')
  await wrong.shows(/Password of owner/)
  wrong.type('not the password\r')
  expect(await wrong.ended).toBe(5)
  expect(wrong.shown()).not.toContain('not the password')
  expect(await stage.nonce(owner)).toBe(0)
})

it('asks once, takes the password without showing it, and locks', async () => {
  const good = lock()
  await good.shows(/Before and after/)
  await good.shows(/On devnet, with/)
  good.type('y\r')
  await good.shows(/Password of owner/)
  good.type(`${PASSWORD}\r`)
  expect(await good.ended).toBe(0)
  expect(good.shown()).toMatch(/Done: lock 20000 METIS/)
  expect(good.shown()).not.toContain(PASSWORD)
  expect(await stage.nonce(owner)).toBe(2)
})
