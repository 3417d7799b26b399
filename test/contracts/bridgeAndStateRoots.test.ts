import { concat, keccak256, type Wallet, ZeroHash } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DeployedContracts, deployContracts, L2_METIS } from '../../src/l1/deploy.js'
import { type Anvil, startAnvil } from '../support/anvil.js'
import { contractAt, events, outcome, send } from '../support/contracts.js'

let anvil: Anvil
let at: DeployedContracts
let user: Wallet
let group: Wallet
const FEE = { value: 200_000n * 10n ** 9n }

beforeAll(async () => {
  anvil = await startAnvil()
  user = await anvil.wallet(0)
  group = await anvil.wallet(1)
  const address = group.address.toLowerCase() as `0x${string}`
  at = await deployContracts(user, { group: address, admin: address, l2ChainId: 1001n })
  await send(contractAt('MetisToken', at.metis, user), 'approve', at.bridge, 10n ** 24n)
})
afterAll(() => anvil?.stop())

const to = `0x${'11'.repeat(20)}`
it.each([
  [1088, () => at.metis, L2_METIS, to, 1, 0, FEE, 'UnsupportedChain'],
  [1001, () => at.bridge, L2_METIS, to, 1, 0, FEE, 'UnsupportedToken'],
  [1001, () => at.metis, to, to, 1, 0, FEE, 'UnsupportedToken'],
  [1001, () => at.metis, L2_METIS, to, 0, 0, FEE, 'EmptyDeposit'],
  [1001, () => at.metis, L2_METIS, `0x${'00'.repeat(20)}`, 1, 0, FEE, 'NullRecipient'],
  [1001, () => at.metis, L2_METIS, to, 1, 300_000, FEE, 'insufficient fee supplied. send at least 300000000000000'],
  [1001, () => at.metis, L2_METIS, to, 1, 0, {}, 'insufficient fee supplied. send at least 200000000000000'],
  [1001, () => at.metis, L2_METIS, to, 10n ** 25n, 0, FEE, 'ERC20: insufficient allowance'],
  [1001, () => at.metis, L2_METIS, to, 1, 0, FEE, 'ok'],
])('deposit %#: chain %i', async (chainId, l1Token, l2Token, recipient, amount, gas, overrides, expected) => {
  const values = [chainId, l1Token(), l2Token, recipient, amount, gas, '0x', overrides]
  expect(await outcome(contractAt('L1Bridge', at.bridge, user), 'depositERC20ToByChainId', ...values)).toBe(expected)
})

it('numbers deposits without gaps and holds what it credits; fees go to the owner', async () => {
  const bridge = contractAt('L1Bridge', at.bridge, user)
  for (const index of [0, 1]) {
    const receipt = await send(bridge, 'depositERC20ToByChainId', 1001, at.metis, L2_METIS, to, 7, 0, '0x', FEE)
    const names = events(receipt, bridge).map((event) => event.split('(')[0])
    expect(names).toEqual(['ERC20ChainID', 'ERC20DepositInitiated', 'DepositQueued'])
    expect(events(receipt, bridge)[2]).toContain(`DepositQueued(${index},`)
  }
  expect(await bridge.getFunction('queueLength')()).toBe(2n)
  expect(await contractAt('MetisToken', at.metis, user).getFunction('balanceOf')(at.bridge)).toBe(14n)
  expect(await outcome(bridge, 'collectFees', to)).toBe('Ownable: caller is not the owner')
  await send(contractAt('L1Bridge', at.bridge, group), 'collectFees', to)
  expect(await anvil.provider.getBalance(to)).toBe(2n * FEE.value)
})

it('appends state roots from the proposer alone, in order, and follows a change of key (rule B6)', async () => {
  const chain = (wallet: Wallet) => contractAt('StateCommitmentChain', at.stateCommitmentChain, wallet)
  const roots = [1, 2, 3].map((n) => `0x${String(n).repeat(64)}`)
  const append = 'appendStateBatchByChainId'
  const proposer = '1001_MVM_Proposer'
  expect(await outcome(chain(group), append, 1001, roots, 1, proposer)).toBe(
    'Actual batch start index does not match expected start index.',
  )
  expect(await outcome(chain(user), append, 1001, roots, 0, proposer)).toBe('sender must the proposer!')
  expect(await outcome(chain(group), append, 1088, roots, 0, proposer)).toBe('Proposer does not match this chain.')
  expect(await outcome(chain(group), append, 1001, [], 0, proposer)).toBe('Cannot submit an empty state batch.')

  const receipt = await send(chain(group), append, 1001, roots, 0, proposer)
  const empty = keccak256(ZeroHash)
  const [a = '', b = '', c = ''] = roots
  const root = keccak256(concat([keccak256(concat([a, b])), keccak256(concat([c, empty]))]))
  expect(events(receipt, chain(group))[0]).toContain(`StateBatchAppended(1001,0,${root},3,0,`)
  expect(await chain(user).getFunction('getTotalElementsByChainId')(1001)).toBe(3n)

  await send(contractAt('AddressManager', at.addressManager, group), 'setAddress', proposer, user.address)
  expect(await outcome(chain(group), append, 1001, roots, 3, proposer)).toBe('sender must the proposer!')
  expect(await outcome(chain(user), append, 1001, roots, 3, proposer)).toBe('ok')
})

it('names the inbox senders by L1 block, the group at first', async () => {
  const senders = contractAt('InboxSenderManager', at.inboxSenderManager, group)
  await send(senders, 'setInboxSenders', 100, [[0, user.address]])
  const at99 = await senders.getFunction('getInboxSender')(99, 0)
  const at100 = await senders.getFunction('getInboxSender')(100, 0)
  const blobs = await senders.getFunction('getInboxSender')(100, 1)
  expect([at99, at100, blobs]).toEqual([group.address, user.address, group.address])
  expect(await outcome(senders, 'setInboxSenders', 100, [[0, user.address]])).toBe('BlockNotLater')
})
