import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { safeChecksum } from '../../../src/core/staking/offline/safe.js'
import { cli } from '../cli/support.js'
import { METIS, openStage, type Stage } from './support.js'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

/** An owner who may lock, with METIS and ETH, and the key of a signer. */
async function operator(name: string): Promise<`0x${string}`> {
  const { address } = await stage.key(name)
  await stage.key(`${name}-signer`)
  await stage.fund(address, METIS, 30_000n * METIS)
  expect(await stage.run(['register', '--from', name, '--signer', `${name}-signer`])).toMatchObject({ code: 0 })
  return address
}

const file = (name: string) => join(stage.dataDir, '..', name)
const lock = (owner: string, name: string, ...args: string[]) =>
  stage.run(['lock', '20000', '--from', owner, '--signer', `${name}-signer`, ...args])
/** As on a machine off the network: no endpoint, no devnet, an empty journal. */
const offline = (args: readonly string[], input = '') => {
  const { METIS_SEQ_KEYSTORE, METIS_SEQ_PASSWORD_FILE } = stage.settings
  const env = { METIS_SEQ_KEYSTORE: METIS_SEQ_KEYSTORE ?? '', METIS_SEQ_PASSWORD_FILE: METIS_SEQ_PASSWORD_FILE ?? '' }
  return cli([...args, '--json'], { env, input }).then((run) => ({ ...run, json: JSON.parse(run.stdout) }))
}
const stakeOf = async (owner: string) => (await stage.run(['status', owner])).json.sequencers?.[0]?.amount

it('unsigned, signed offline and sent: the same effect as with the key at hand', { timeout: 60_000 }, async () => {
  const alice = await operator('alice')
  const exported = await lock(alice, 'alice', '--export', 'unsigned', '--out', file('unsigned.json'))
  expect(exported).toMatchObject({ code: 0, json: { status: 'exported', transactions: [] } })
  expect(await stage.nonce(alice)).toBe(0)
  const again = await lock(alice, 'alice', '--export', 'unsigned', '--out', file('unsigned.json'))
  expect(again).toMatchObject({ code: 2, json: { error: { code: 'OUTPUT_FAILED' } } })

  expect(await offline(['tx', 'sign', file('unsigned.json')])).toMatchObject({ code: 4 })
  const signed = await offline(['tx', 'sign', file('unsigned.json'), '--yes', '--out', file('signed.json')])
  expect(signed).toMatchObject({ code: 0, json: { kind: 'signed', network: 'devnet', from: alice, chainId: '31337' } })
  expect(signed.stderr).toMatch(/approve\(spender 0x[0-9a-f]{40}, amount 20000 METIS\)/i)
  expect(signed.stderr).toMatch(/lockFor\(signer 0x[0-9a-f]{40}, amount 20000 METIS, signerPubkey 0x/i)

  expect(await stage.run(['tx', 'send', file('signed.json')])).toMatchObject({ code: 4 })
  const sent = await stage.run(['tx', 'send', file('signed.json'), '--yes'])
  expect(sent).toMatchObject({ code: 0, json: { network: 'devnet', transactions: [{}, {}] } })
  expect(await stakeOf(alice)).toBe((20_000n * METIS).toString())
  const twice = await stage.run(['tx', 'send', file('signed.json'), '--yes'])
  expect(twice.json.transactions).toEqual(sent.json.transactions)
  expect(await stage.nonce(alice)).toBe(2)

  const bob = await operator('bob')
  expect(await lock('bob', 'bob', '--yes')).toMatchObject({ code: 0 })
  const [first, second] = (await stage.run(['status'])).json.sequencers
  const { id: _, owner: __, signer: ___, pubkey: ____, ...effect } = first
  expect(second).toMatchObject({ ...effect, owner: bob })
})

it('one bare transaction in hex is signed and sent as well', async () => {
  const carol = await operator('carol')
  const { exported } = (await lock(carol, 'carol', '--export', 'unsigned')).json
  const hex = await offline(['tx', 'sign', '-', '--from', 'carol', '--yes'], exported.transactions[0].unsigned)
  const { raw } = hex.json.transactions[0]
  await writeFile(file('carol.hex'), `${raw}\n`)
  expect(await stage.run(['tx', 'send', file('carol.hex'), '--yes'])).toMatchObject({ code: 0 })
  expect(await stage.nonce(carol)).toBe(1)
})

it('a file that was changed, is of another chain, or for another key is not signed', async () => {
  const dave = await operator('dave')
  const { exported } = (await lock(dave, 'dave', '--export', 'unsigned')).json
  const attempt = async (change: object, ...args: string[]) => {
    const { code, json } = await offline(
      ['tx', 'sign', '-', '--yes', ...args],
      JSON.stringify({ ...exported, ...change }),
    )
    return `${code} ${json.error?.code ?? 'signed'}`
  }
  const [approve, step] = exported.transactions
  expect(await attempt({})).toBe('0 signed')
  expect(await attempt({}, '--from', 'alice')).toBe('5 SIGNER_MISMATCH')
  expect(await attempt({ from: `0x${'12'.repeat(20)}` })).toBe('5 KEY_NOT_FOUND')
  for (const change of [
    { kind: 'signed' },
    { version: 2 },
    { chainId: '1' },
    { transactions: [] },
    { network: '\u001b[2J' },
    { transactions: [{ ...approve, title: 'lock\u001b[1A' }] },
    { transactions: [{ ...approve, nonce: 7 }, step] },
    { transactions: [{ ...approve, unsigned: `${approve.unsigned}00` }, step] },
    { transactions: [{ ...approve, unsigned: approve.unsigned.replace('0x02', '0x01') }, step] },
  ]) {
    expect(await attempt(change), JSON.stringify(change).slice(0, 60)).toBe('2 INPUT_INVALID')
  }
  for (const input of ['', 'no json', 'null', '[]', '0x', '0xzz']) {
    expect(await offline(['tx', 'sign', '-', '--yes', '--from', 'dave'], input)).toMatchObject({ code: 2 })
  }
  expect(await stage.nonce(dave)).toBe(0)
})

it('what was signed is not sent where it does not fit any more', async () => {
  const erin = await operator('erin')
  const { exported } = (await lock(erin, 'erin', '--export', 'unsigned')).json
  const { json: signed } = await offline(['tx', 'sign', '-', '--yes'], JSON.stringify(exported))
  const attempt = async (change: object, ...args: string[]) => {
    const input = file(`erin-${JSON.stringify(change).length}-${args.length}.json`)
    await writeFile(input, JSON.stringify({ ...signed, ...change }))
    const { code, json } = await stage.run(['tx', 'send', input, '--yes', ...args])
    return `${code} ${json.error?.code ?? 'sent'}`
  }
  const [approve, step] = signed.transactions
  expect(await attempt({ transactions: [step] })).toBe('3 TX_NONCE_AHEAD')
  expect(await attempt({ transactions: [step, approve] })).toBe('2 TX_INVALID')
  expect(await attempt({ from: `0x${'12'.repeat(20)}` })).toBe('2 TX_INVALID')
  expect(await attempt({ transactions: [{ ...approve, raw: '0x02c0' }] })).toBe('2 TX_INVALID')
  expect(await attempt({ transactions: [{ ...approve, raw: exported.transactions[0].unsigned }] })).toBe('2 TX_INVALID')
  expect(await attempt({}, '--network', 'sepolia', '--rpc-url', stage.anvil.url)).toBe('6 WRONG_CHAIN')
  expect(await stage.nonce(erin)).toBe(0)
  expect(await lock('erin', 'erin', '--yes')).toMatchObject({ code: 0 })
  expect(await attempt({})).toBe('3 TX_NONCE_USED')
})

it('calldata and a Safe batch do the same when that account sends them', async () => {
  for (const [name, kind] of [
    ['frank', 'calldata'],
    ['grace', 'safe'],
  ] as const) {
    const owner = await operator(name)
    const { code, json } = await lock(owner, name, '--export', kind)
    expect(code).toBe(0)
    const { provider } = stage.anvil
    await provider.send('anvil_impersonateAccount', [owner])
    for (const { to, value, data } of json.exported.transactions) {
      const call = { from: owner, to, value: `0x${BigInt(value).toString(16)}`, data }
      await provider.waitForTransaction(await provider.send('eth_sendTransaction', [call]))
    }
    expect(await stakeOf(owner)).toBe((20_000n * METIS).toString())
  }
})

it('a Safe batch is on stdout alone, with the checksum that the builder computes', async () => {
  const heidi = await operator('heidi')
  await stage.anvil.provider.send('anvil_setBalance', [heidi, '0x0']) // a Safe has often no ETH
  const args = ['lock', '20000', '--from', heidi, '--signer', 'heidi-signer', '--export', 'safe']
  const { stdout, stderr, code } = await cli(args, { env: stage.settings })
  expect({ code, shown: stderr.includes('Prechecks') }).toEqual({ code: 0, shown: true })
  const batch = JSON.parse(stdout)
  const { checksum, ...meta } = batch.meta
  expect(batch).toMatchObject({ version: '1.0', chainId: '31337', transactions: [{ value: '0' }, { value: '0' }] })
  expect(checksum).toBe(safeChecksum({ ...batch, meta }))
  expect(meta.createdFromSafeAddress.toLowerCase()).toBe(heidi)
})
