import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileJournal, readSigned } from '../../../src/l1/index.js'
import { startRpcProxy } from '../../support/rpcProxy.js'
import { openStageWithOwner, type Stage } from './support.js'

let stage: Stage
let owner: string
beforeAll(async () => {
  const opened = await openStageWithOwner()
  stage = opened
  owner = opened.owner.address
})
afterAll(() => stage?.close())

const lock = (url: string, ...args: string[]) =>
  stage.run(['lock', '20000', '--from', 'owner', '--signer', 'signer', '--rpc-url', url, ...args])

it('an endpoint that cannot simulate several calls: the first step is rehearsed, the others before they are sent', async () => {
  const unknown = { code: -32601, message: 'the method eth_simulateV1 does not exist' }
  const proxy = await startRpcProxy(stage.anvil.url, (method) => (method === 'eth_simulateV1' ? unknown : undefined))
  try {
    const dry = await lock(proxy.url, '--dry-run')
    expect(dry).toMatchObject({ code: 0, json: { rehearsal: { method: 'each', steps: [{ kind: 'approve' }] } } })
    expect(await lock(proxy.url, '--yes')).toMatchObject({ code: 0, json: { transactions: [{}, {}] } })
  } finally {
    await proxy.stop()
  }
})

it.each([
  ['txpool is full', /tx list/],
  ['insufficient funds for gas * price + value: balance 1, tx cost 2', /Send ETH/],
  ['replacement transaction underpriced', /pays more is pending/],
  ['nonce too low: next 9, tx 1', /tx list/],
])(
  'an endpoint that refuses the transaction with "%s": exit 7 with its words, and the nonce stays free',
  async (message, next) => {
    const before = await stage.nonce(owner)
    const refusal = { code: -32000, message }
    const proxy = await startRpcProxy(stage.anvil.url, (method) =>
      method === 'eth_sendRawTransaction' ? refusal : undefined,
    )
    try {
      const refused = await stage.run(['topup', '--amount', '1', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
      expect(refused).toMatchObject({ code: 7, json: { error: { code: 'TX_REFUSED', next } } })
      expect(refused.json.error.message).toContain(message)
      expect((await stage.run(['tx', 'list'])).json.transactions.at(-1)).toMatchObject({ state: 'refused' })
    } finally {
      await proxy.stop()
    }
    expect(await stage.run(['topup', '--amount', '1', '--from', 'owner', '--yes'])).toMatchObject({ code: 0 })
    expect(await stage.nonce(owner)).toBe(before + 2)
  },
)

it('an endpoint that is out of requests: exit 6 with its words and without a secret, not "the chain would refuse"', async () => {
  const before = await stage.nonce(owner)
  const limit = { code: -32005, message: 'daily limit reached, see https://me:secret@rpc.example/buy' }
  const proxy = await startRpcProxy(stage.anvil.url, (method) => (method === 'eth_estimateGas' ? limit : undefined))
  try {
    const refused = await stage.run(['topup', '--amount', '1', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
    expect(refused).toMatchObject({
      code: 6,
      json: { error: { code: 'RPC_UNREACHABLE', message: /daily limit reached/ } },
    })
    expect(refused.stdout).not.toContain('secret')
  } finally {
    await proxy.stop()
  }
  expect(await stage.nonce(owner)).toBe(before)
})

it('Ctrl-C while the second of two transactions is prepared: it is not sent, and exit 130 says so', async () => {
  const before = await stage.nonce(owner)
  let estimates = 0
  let interrupt = () => {}
  const proxy = await startRpcProxy(stage.anvil.url, (method) => {
    if (method === 'eth_estimateGas' && ++estimates === 2) interrupt()
    return undefined
  })
  try {
    const args = ['topup', '--amount', '1', '--from', 'owner', '--yes', '--json', '--rpc-url', proxy.url]
    const { child, over } = stage.start(args)
    interrupt = () => child.kill('SIGINT')
    const { code, stdout } = await over
    expect(code).toBe(130)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'INTERRUPTED', message: /^Interrupted before .* was sent/ })
  } finally {
    await proxy.stop()
  }
  expect(await stage.nonce(owner)).toBe(before + 1)
  expect((await stage.run(['tx', 'list', '--open'])).json.transactions).toEqual([])
})

it.each([
  [13n, 0, 2],
  [100n, 3, 0],
])(
  'fees that rise to %i tenths after they were confirmed: exit %i, and never more than was said',
  async (tenths, code, sent) => {
    const before = await stage.nonce(owner)
    const base = 10n ** 9n
    const rise = async (to: bigint) => {
      await stage.anvil.provider.send('anvil_setNextBlockBaseFeePerGas', [`0x${to.toString(16)}`])
      await stage.anvil.provider.send('evm_mine', [])
    }
    await rise(base)
    let risen: Promise<void> | undefined
    const proxy = await startRpcProxy(stage.anvil.url, (method) => {
      if (method === 'eth_estimateGas') risen ??= rise((base * tenths) / 10n)
      return undefined
    })
    try {
      const done = await stage.run(['topup', '--amount', '2', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
      expect(done.code).toBe(code)
      if (code !== 0) expect(done.json.error).toMatchObject({ code: 'FEES_ROSE', next: /again/ })
      else {
        const records = (await fileJournal(stage.journal, Date.now).read()).slice(-2)
        const most = records
          .map(({ raw }) => readSigned(raw).transaction)
          .map((each) => each.gasLimit * each.maxFeePerGas)
        expect(most.reduce((a, b) => a + b)).toBeLessThanOrEqual(BigInt(done.json.plan.maxFees.normal))
      }
    } finally {
      await proxy.stop()
    }
    await risen
    expect(await stage.nonce(owner)).toBe(before + sent)
  },
)

it.runIf(process.platform === 'linux')(
  'a journal that cannot be written once it is sent: exit 9 says that it is mined',
  async () => {
    const before = await readFile(stage.journal)
    let gone: Promise<void> | undefined
    const proxy = await startRpcProxy(stage.anvil.url, (method) => {
      if (method === 'eth_sendRawTransaction')
        gone ??= rm(stage.journal).then(() => symlink('/dev/full', stage.journal))
      return undefined
    })
    try {
      const done = await stage.run(['rewards', 'recipient', owner, '--from', 'owner', '--yes', '--rpc-url', proxy.url])
      expect(done).toMatchObject({ code: 9, json: { error: { code: 'JOURNAL_UNWRITABLE' } } })
      expect(done.json.error.message).toMatch(/ is mined in block \d+\. The journal .* cannot be written/)
    } finally {
      await proxy.stop()
      await gone
      await rm(stage.journal)
      await writeFile(stage.journal, before)
    }
  },
)

it('tx send at an endpoint that loses the first answer: exit 6, no bug, and no credentials', async () => {
  const [unsigned, signed] = ['unsigned.json', 'signed.json'].map((name) => join(dirname(stage.journal), name))
  const wish = ['rewards', 'recipient', owner, '--from', 'owner']
  expect(await stage.run([...wish, '--export', 'unsigned', '--out', unsigned ?? ''])).toMatchObject({ code: 0 })
  expect(await stage.run(['tx', 'sign', unsigned ?? '', '--out', signed ?? '', '--yes'])).toMatchObject({ code: 0 })
  const proxy = await startRpcProxy(stage.anvil.url, (method) =>
    method === 'eth_getTransactionByHash' ? 'lose' : undefined,
  )
  try {
    const url = proxy.url.replace('http://', 'http://me:secret@')
    const failed = await stage.run(['tx', 'send', signed ?? '', '--yes', '--rpc-url', url])
    expect(failed).toMatchObject({ code: 6, json: { error: { code: 'RPC_UNREACHABLE' } } })
    expect(failed.stdout + failed.stderr).not.toContain('secret')
  } finally {
    await proxy.stop()
  }
})

it('an endpoint that loses its answer: the transaction is on its way, exit 8, and resume finds it', async () => {
  let lost = false
  const proxy = await startRpcProxy(stage.anvil.url, (method) => {
    lost ||= method === 'eth_sendRawTransaction'
    return lost ? 'lose' : undefined
  })
  try {
    const unsure = await stage.run(['rewards', 'recipient', owner, '--from', 'owner', '--yes', '--rpc-url', proxy.url])
    expect(unsure).toMatchObject({ code: 8, json: { error: { code: 'TX_UNCONFIRMED', next: /tx resume/ } } })
  } finally {
    await proxy.stop()
  }
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 0, json: { transactions: [{ state: 'mined' }] } })
})

it('an endpoint that is gone: exit 6, and nothing was sent', async () => {
  const before = await stage.nonce(owner)
  const proxy = await startRpcProxy(stage.anvil.url, () => undefined)
  await proxy.stop()
  const gone = await stage.run(['topup', '--to', '20002', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
  expect(gone).toMatchObject({ code: 6, json: { error: { code: 'RPC_UNREACHABLE' } } })
  expect(await stage.nonce(owner)).toBe(before)
})

const latest = (params: readonly unknown[]) => params[0] === 'latest'

it('an endpoint whose machines lag: what was done is read back from a block that has it', async () => {
  const { provider } = stage.anvil
  const head = await provider.getBlockNumber()
  let behind = 3
  const proxy = await startRpcProxy(stage.anvil.url, async (method, params) => {
    if (method !== 'eth_getBlockByNumber' || !latest(params) || (await provider.getBlockNumber()) <= head) return
    if (behind-- <= 0) return
    return { result: await provider.send('eth_getBlockByNumber', [`0x${head.toString(16)}`, false]) }
  })
  try {
    const args = ['rewards', 'recipient', `0x${'31'.repeat(20)}`, '--from', 'owner', '--yes', '--rpc-url', proxy.url]
    expect(await stage.run(args)).toMatchObject({ code: 0, json: { status: 'done' } })
    expect(behind).toBeLessThan(0)
  } finally {
    await proxy.stop()
  }
})

it('what fails after the approval names the allowance that stays, and the next run uses it', async () => {
  let estimates = 0
  const limit = { code: -32005, message: 'too many requests' }
  const proxy = await startRpcProxy(stage.anvil.url, (method) =>
    method === 'eth_estimateGas' && ++estimates > 1 ? limit : undefined,
  )
  const topup = (...args: string[]) => stage.run(['topup', '--amount', '3', '--from', 'owner', '--yes', ...args])
  try {
    const failed = await topup('--rpc-url', proxy.url)
    const message = expect.stringContaining('still in force: to allow LockingInfo to take exactly 3 METIS')
    expect(failed).toMatchObject({
      code: 6,
      json: { error: { code: 'RPC_UNREACHABLE', message, next: /uses that allowance/ } },
    })
  } finally {
    await proxy.stop()
  }
  expect((await topup()).json.transactions).toMatchObject([{ kind: 'relock' }])
})

it('goes on where nobody reads its output any more: what was confirmed is sent, and the exit code tells', async () => {
  const before = await stage.nonce(owner)
  const { child, over } = stage.start(['topup', '--amount', '4', '--from', 'owner', '--yes'])
  child.stdout?.destroy()
  expect((await over).code).toBe(0)
  expect(await stage.nonce(owner)).toBe(before + 2)
})
