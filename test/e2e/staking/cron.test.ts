import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Contract } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { observe } from '../../support/records/observe.js'
import { binary, project } from '../cli/support.js'
import { METIS, openStage, type Stage } from './support.js'

/** `METIS_SEQ_TEST_KILLS=50` for the long version. */
const KILLS = Number(process.env.METIS_SEQ_TEST_KILLS ?? 8)
const SEED = 20_260_704
/** From before the program is loaded to after both transactions are mined. */
const LONGEST_MS = 2500
const FIRST = 20_000n
const TARGET = 20_100n

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  const owner = await stage.key('owner')
  await stage.key('signer')
  await stage.fund(owner.address, METIS, 200_000n * METIS)
  await stage.run(['register', '--from', 'owner', '--signer', 'signer'])
  expect(await stage.run(['lock', String(FIRST), '--from', 'owner', '--signer', 'signer', '--yes'])).toMatchObject({
    code: 0,
  })
})
afterAll(() => stage?.close())

/** The script of `examples`, as cron runs it, in a process group of its own; killed after `ms` where given. */
async function cron(target: bigint, ms?: number): Promise<number | null> {
  const env = { ...stage.settings, PATH: process.env.PATH ?? '', HOME: '/nonexistent' }
  const child = spawn(join(project, 'examples', 'topup.sh'), ['owner', String(target)], {
    env: { ...env, METIS_SEQ: `${process.execPath} ${binary}` },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = observe(child, ['topup', '--from', 'owner', '--to', String(target)])
  if (ms !== undefined) {
    await Promise.race([delay(ms), ended])
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
  return (await ended).code
}

/** mulberry32: kills at the same moments in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

it(`the cron script, killed ${KILLS} times, reaches each target and spends METIS once`, {
  timeout: 600_000,
}, async () => {
  const draw = random(SEED)
  const { metis } = stage.descriptor.contracts
  const owner = (await stage.run(['keys', 'show', 'owner'])).json.address
  const balance = () => new Contract(metis, erc20Abi, stage.anvil.provider).getFunction('balanceOf')(owner)
  const before: bigint = await balance()
  let target = TARGET
  for (let i = 0; i < KILLS; i++) {
    target = TARGET + BigInt(i)
    await cron(target, Math.floor(draw() * LONGEST_MS))
    if (draw() < 0.5) expect(await cron(target)).toBe(0)
  }
  expect(await cron(target)).toBe(0)
  expect(await cron(target)).toBe(0)
  const { sequencers } = (await stage.run(['status', '1'])).json
  expect(sequencers[0].amount).toBe((target * METIS).toString())
  expect(before - (await balance())).toBe((target - FIRST) * METIS)
})
