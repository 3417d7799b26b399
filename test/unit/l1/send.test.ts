import { Interface } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Step } from '../../../src/core/staking/types.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { deployContracts } from '../../../src/l1/deploy.js'
import { connectL1, type JournalEntry, type L1Client, type SendOptions, sendSteps } from '../../../src/l1/index.js'
import { localSigner } from '../../../src/signers/index.js'
import { type Anvil, startAnvil } from '../../support/anvil.js'

let anvil: Anvil
let client: L1Client
const key = `0x${'00'.repeat(31)}05` as const
const signer = localSigner(key)
let journal: JournalEntry[]
let options: SendOptions

beforeAll(async () => {
  anvil = await startAnvil()
  const group = (await anvil.wallet(1)).address.toLowerCase() as Hex
  await anvil.wallet(4)
  const contracts = await deployContracts(await anvil.wallet(0), { group, admin: signer.address, l2ChainId: 1001n })
  client = await connectL1({ name: 'test', l1ChainId: 31337n, l2ChainId: 1001n, contracts }, anvil.url)
  client.provider.pollingInterval = 50
})
afterAll(async () => {
  client?.close()
  await anvil?.stop()
})
beforeEach(() => {
  journal = []
  const append = async (entry: JournalEntry) => void journal.push(entry)
  options = { journal: { append }, confirmations: 1, timeoutSeconds: 20 }
})

const pool = new Interface(lockingPoolAbi)
function call(method: string, values: unknown[]): Step {
  const data = pool.encodeFunctionData(method, values) as Hex
  return { kind: 'lock', title: method, to: client.network.contracts.lockingPool, value: 0n, data, gasLimit: 200_000n }
}
const whitelist = () => call('setWhitelist', [signer.address, true])

describe('sending', () => {
  it('journals before it is broadcast, and once it is mined', async () => {
    const sentWith: string[][] = []
    const onSent = () => void sentWith.push(journal.map(({ event }) => event))
    const [sent] = await sendSteps(client, signer, [whitelist()], { ...options, onSent })
    expect(sentWith).toEqual([['signed']])
    expect(journal).toMatchObject([
      { event: 'signed', hash: sent?.hash, chainId: 31337n, from: signer.address, title: 'setWhitelist' },
      { event: 'mined', hash: sent?.hash, status: 'success', block: sent?.block },
    ])
  })

  it('does not send what the chain would refuse, and says why: exit 7', async () => {
    await expect(sendSteps(client, signer, [call('setPause', [true])], options)).rejects.toMatchObject({
      code: 'REHEARSAL_REVERTED',
      exit: 7,
      details: { revert: 'Ownable: caller is not the owner' },
    })
    await expect(sendSteps(client, signer, [call('relock', [1, 1, false])], options)).rejects.toMatchObject({
      details: { revert: 'SeqNotActive' },
    })
    expect(journal).toEqual([])
  })

  it('does not send what the journal could not keep', async () => {
    const before = await client.provider.getTransactionCount(signer.address)
    const append = async () => Promise.reject(new Error('disk full'))
    await expect(sendSteps(client, signer, [whitelist()], { ...options, journal: { append } })).rejects.toThrow(
      'disk full',
    )
    expect(await client.provider.getTransactionCount(signer.address, 'pending')).toBe(before)
  })

  it('names the hash when it is not confirmed in time: exit 8', async () => {
    await anvil.provider.send('evm_setAutomine', [false])
    try {
      const sending = sendSteps(client, signer, [whitelist()], { ...options, timeoutSeconds: 0.3 })
      await expect(sending).rejects.toMatchObject({ code: 'TX_UNCONFIRMED', exit: 8, details: { hash: /^0x/ } })
      expect(journal).toMatchObject([{ event: 'signed' }])
    } finally {
      await anvil.provider.send('evm_mine', [])
      await anvil.provider.send('evm_setAutomine', [true])
    }
  })

  it('says why a mined transaction reverted: exit 7', async () => {
    await anvil.provider.send('evm_setAutomine', [false])
    const group = await anvil.wallet(1)
    try {
      // In one block, the admin loses its right before its own transaction: the fee decides the order.
      const rehearsed = new Promise<void>((done) => {
        options.onSent = () => done()
      })
      const sending = sendSteps(client, signer, [whitelist()], options)
      const refused = expect(sending).rejects.toMatchObject({ code: 'TX_REVERTED', exit: 7 })
      await rehearsed
      const data = pool.encodeFunctionData('setWhitelistAdmin', [group.address])
      const fee = 10n ** 12n
      await group.sendTransaction({
        to: client.network.contracts.lockingPool,
        data,
        gasLimit: 100_000n,
        maxFeePerGas: fee,
        maxPriorityFeePerGas: fee / 2n,
      })
      await anvil.provider.send('evm_mine', [])
      await refused
      expect(journal).toMatchObject([{ event: 'signed' }, { event: 'mined', status: 'reverted' }])
    } finally {
      await anvil.provider.send('evm_setAutomine', [true])
    }
  })
})
