import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the committed artifacts are what the sources compile to', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, ['scripts/build-contracts.mjs', '--check'])
  expect(stderr).toBe('')
})
