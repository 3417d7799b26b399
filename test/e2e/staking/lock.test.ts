import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyInfo } from '../../../src/signers/index.js'
import { startAnvil } from '../../support/anvil.js'
import { METIS, openStage, type Stage } from './support.js'

let stage: Stage
let owner: KeyInfo
let signer: KeyInfo
beforeAll(async () => {
  stage = await openStage()
  owner = await stage.key('owner')
  signer = await stage.key('signer')
  await stage.fund(owner.address, METIS, 200_000n * METIS)
  expect(await stage.run(['register', '--from', 'owner', '--signer', 'signer'])).toMatchObject({ code: 0 })
})
afterAll(() => stage?.close())

const good = ['lock', '20000', '--from', 'owner', '--signer', 'signer', '--yes']
const change = (from: string, to: string) => good.map((word) => (word === from ? to : word))

describe('wrong input is named, has its exit code, and sends nothing', () => {
  it.each<[string, number, () => string[], Record<string, string>?]>([
    ['LOCK_BELOW_MINIMUM', 3, () => change('20000', '19999.999999999999999999')],
    ['LOCK_ABOVE_MAXIMUM', 3, () => change('20000', '100000.000000000000000001')],
    ['AMOUNT_INVALID', 2, () => change('20000', '2e4')],
    ['PUBKEY_INVALID', 2, () => [...good.slice(0, 4), '--signer-pubkey', `0x${'11'.repeat(64)}`, '--yes']],
    ['USAGE', 2, () => good.slice(0, 4)],
    ['NETWORK_UNKNOWN', 2, () => [...good, '--network', 'atlantis']],
    ['RPC_URL_MISSING', 2, () => [...good, '--network', 'sepolia']],
    ['NOT_CONFIRMED', 4, () => good.slice(0, -1)],
    ['KEY_NOT_FOUND', 5, () => change('owner', 'nobody')],
    ['WRONG_PASSWORD', 5, () => good, { METIS_SEQ_PASSWORD_FILE: '/proc/sys/kernel/ostype' }],
    ['PASSWORD_FILE_UNREADABLE', 5, () => good, { METIS_SEQ_PASSWORD_FILE: '/nonexistent/password' }],
    ['RPC_UNREACHABLE', 6, () => [...good, '--rpc-url', 'http://user:secret@127.0.0.1:1/key']],
    ['WRONG_CHAIN', 6, () => [...good, '--network', 'sepolia', '--rpc-url', stage.anvil.url]],
    ['DEVNET_NOT_FOUND', 6, () => [...good, '--data-dir', '/nonexistent/devnet']],
    ['KEY_NOT_FOUND', 5, () => ['register', '--from', owner.address, '--signer', 'nobody']],
    ['PUBKEY_INVALID', 2, () => ['register', '--from', owner.address, '--signer-pubkey', '0x12']],
  ])('%s: exit %i', async (code, exit, args, env) => {
    const outcome = await stage.run(args(), env)
    expect(outcome.json.error).toMatchObject({ code, exit })
    expect(outcome.json.error.next).toBeTruthy()
    expect(outcome.code).toBe(exit)
    expect(outcome.stdout + outcome.stderr).not.toContain('secret@')
    expect(await stage.nonce(owner.address)).toBe(0)
  })

  it('NOT_WHITELISTED, INSUFFICIENT_METIS and INSUFFICIENT_ETH come together: exit 3', async () => {
    const poor = await stage.key('poor')
    const { code, json } = await stage.run(change('owner', 'poor'))
    const failed = json.error.details.failed.map((check: { code: string }) => check.code)
    expect({ code, failed }).toEqual({ code: 3, failed: ['NOT_WHITELISTED', 'INSUFFICIENT_METIS', 'INSUFFICIENT_ETH'] })
    expect(await stage.nonce(poor.address)).toBe(0)
  })

  it('CONTRACT_MISSING on the right chain without the contracts: exit 6', async () => {
    const sepolia = await startAnvil([], 11155111)
    try {
      const outcome = await stage.run([...good, '--network', 'sepolia', '--rpc-url', sepolia.url])
      expect(outcome.json.error).toMatchObject({ code: 'CONTRACT_MISSING', exit: 6 })
    } finally {
      await sepolia.stop()
    }
  })
})

describe('a lock', () => {
  it('approves exactly, locks, and shows in the status; a second one is refused', async () => {
    const recipient = `0x${'77'.repeat(20)}`
    const { code, stdout, stderr, json } = await stage.run([...good, '--reward-recipient', recipient])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(json.transactions.map(({ kind }: { kind: string }) => kind)).toEqual(['approve', 'lock'])
    const amount = (20_000n * METIS).toString()
    const record = { id: '1', amount, owner: owner.address, signer: signer.address, status: 'active' }
    expect(json.sequencer).toMatchObject({ ...record, rewardRecipient: recipient })

    const status = await stage.run(['status'])
    expect(status.json).toMatchObject({
      network: 'devnet',
      sequencers: [{ ...record, share: '100.00', consensus: null }],
    })
    for (const wanted of ['1', owner.address, signer.address]) {
      expect((await stage.run(['status', wanted])).json.sequencers).toMatchObject([record])
    }
    expect(await stage.run(['status', '2'])).toMatchObject({
      code: 2,
      json: { error: { code: 'SEQUENCER_NOT_FOUND' } },
    })

    const again = await stage.run(good)
    const failed = again.json.error.details.failed.map((check: { code: string }) => check.code)
    expect({ exit: again.code, failed }).toEqual({ exit: 3, failed: ['OWNER_HAS_SEQUENCER', 'SIGNER_IN_USE'] })
    expect(await stage.nonce(owner.address)).toBe(2)

    const journal = (await readFile(stage.journal, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const mine = journal.filter(
      ({ from, hash }) => from === owner.address || json.transactions.some((t: { hash: string }) => t.hash === hash),
    )
    expect(mine.map(({ event }) => event)).toEqual(['signed', 'mined', 'signed', 'mined'])
    expect(stdout).not.toContain('privateKey')
  })

  it('reads at the terminal as a list of ticks', async () => {
    const { code, stdout } = await runPlain(['lock', '1', '--from', 'owner', '--signer', 'signer'])
    expect(code).toBe(3)
    expect(stdout).toContain('✔ the pool is open')
    expect(stdout).toContain('✖ at least 20000 METIS\n      1 METIS is below the minimum of 20000 METIS.')
  })

  it('takes a public test account of the devnet as owner, and a signer by public key alone', async () => {
    const account = stage.descriptor.accounts[0]?.address ?? '0x'
    const other = await stage.key('other')
    await stage.fund(account, METIS, 30_000n * METIS)
    const options = ['--from', account, '--signer-pubkey', other.publicKey ?? '']
    const registered = await stage.run(['register', ...options, '--out', join(stage.dataDir, 'record.json')])
    expect(registered.json).toMatchObject({ proof: null, whitelisted: true, transaction: { kind: 'whitelist' } })
    expect(JSON.parse(await readFile(join(stage.dataDir, 'record.json'), 'utf8'))).toEqual(registered.json.record)
    const { json } = await stage.run(['lock', '30000', ...options, '--yes', '--data-dir', stage.dataDir])
    expect(json.sequencer).toMatchObject({
      signer: other.address,
      owner: account,
      amount: (30_000n * METIS).toString(),
    })
  })
})

async function runPlain(args: readonly string[]) {
  const { cli } = await import('../cli/support.js')
  return cli(args, {
    env: {
      METIS_SEQ_STATE: join(stage.dataDir, '..', 'state.json'),
      METIS_SEQ_KEYSTORE: stage.keystore,
      METIS_SEQ_PASSWORD_FILE: stage.passwordFile,
    },
  })
}
