import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withAccount } from '../../../src/l1/accountLock.js'

const account = `0x${'11'.repeat(20)}` as const
const folder = () => mkdtemp(join(tmpdir(), 'account-'))

it('refuses a second use of one account, and leaves other accounts and chains alone', async () => {
  const root = await folder()
  await withAccount(root, 1n, account, async () => {
    const again = withAccount(root, 1n, account, async () => 'in')
    await expect(again).rejects.toMatchObject({ code: 'ACCOUNT_IN_USE', exit: 9 })
    expect(await withAccount(root, 5n, account, async () => 'other chain')).toBe('other chain')
  })
  expect(await withAccount(root, 1n, account, async () => 'after')).toBe('after')
  expect(await readdir(root)).toEqual([])
})

it('frees the account when the work fails', async () => {
  const root = await folder()
  const failed = withAccount(root, 1n, account, async () => {
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await readdir(root)).toEqual([])
})

it.each(['999999999 1', `${process.pid} 1`, 'not a number', ''])(
  'takes over the lock of a process that is gone: "%s"',
  async (text) => {
    const root = await folder()
    await writeFile(join(root, `account-1-${account}.lock`), text)
    expect(await withAccount(root, 1n, account, async () => 'in')).toBe('in')
  },
)

it('lets one of many in that find the lock of a process that is gone', async () => {
  const root = await folder()
  for (let round = 0; round < 20; round++) {
    await writeFile(join(root, `account-1-${account}.lock`), `999999999 ${round}`)
    let inside = 0
    const uses = Array.from({ length: 12 }, () =>
      withAccount(root, 1n, account, async () => {
        inside += 1
        expect(inside).toBe(1)
        await readdir(root) // others get their turn meanwhile
        await readdir(root)
        inside -= 1
      }),
    )
    const ends = await Promise.allSettled(uses)
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'ACCOUNT_IN_USE' })
  }
  expect(await readdir(root)).toEqual([])
})

it('gives what the work gives when somebody removed the lock by hand', async () => {
  const root = await folder()
  const removed = withAccount(root, 1n, account, async () => {
    await rm(join(root, `account-1-${account}.lock`))
    return 'done'
  })
  expect(await removed).toBe('done')
})
