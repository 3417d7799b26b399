import { expect, it } from 'vitest'
import { encodeMessage } from '../../../src/core/consensus/wire.js'
import type { Database } from '../../../src/core/ports/database.js'
import type { ConsensusEngine, DecidedBlock } from '../../../src/core/ports/engine.js'
import { ConsensusDriver } from '../../../src/node/consensus/driver.js'
import { hashOf, Network } from '../consensus/network.js'

it('rule L2: shows no state whose deposits are not on disk yet', async () => {
  const network = new Network()
  network.l1(12, [{ type: 'deposit', block: 11, index: 0, to: `0x${hashOf('user').slice(26)}`, amount: 10n ** 18n }])
  const messages = network.log.map(({ message }) => encodeMessage(message))

  const stored = new Map<string, Uint8Array>()
  let write = () => {}
  const database: Database = {
    get: (key) => stored.get(Buffer.from(key).toString('hex')),
    write: (changes) =>
      new Promise((resolve) => {
        write = () => {
          for (const { key, value } of changes) if (value) stored.set(Buffer.from(key).toString('hex'), value)
          resolve()
        }
      }),
    entries: async function* () {},
    close: async () => undefined,
  }
  let decide: (block: DecidedBlock) => Promise<void> = async () => undefined
  const engine: ConsensusEngine = {
    submit: async () => undefined,
    decided: (_from, apply) => {
      decide = apply
      return async () => undefined
    },
    status: () => ({ height: 0, time: 0 }),
    reportAppHash: () => undefined,
    close: async () => undefined,
  }
  const { time: _, ...context } = network.context
  const driver = new ConsensusDriver({
    context,
    database,
    engine,
    onDecided: async () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
  driver.start()
  const decided = decide({ height: 1, time: network.time, messages })

  expect(driver.state.l1.deposits).toBe(0)
  write()
  await decided
  expect(driver.state.l1.deposits).toBe(1)
  expect(driver.deposit(0)).toMatchObject({ index: 0, amountGwei: 10n ** 9n })
})
