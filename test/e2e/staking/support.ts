import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, Wallet } from 'ethers'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import { writeDescriptor } from '../../../src/devnet/descriptor.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { deployContracts } from '../../../src/l1/deploy.js'
import { createKey, type KeyInfo } from '../../../src/signers/index.js'
import { type Anvil, startAnvil } from '../../support/anvil.js'
import { observe } from '../../support/records/observe.js'
import { keepGiven, recordFiles, secret } from '../../support/records/secrets.js'
import { binary, cli, type Outcome } from '../cli/support.js'

export const METIS = 10n ** 18n
export const PASSWORD = 'a password that must not be seen'

/** An L1 with the real contracts, a descriptor that names it, and a keystore; no L2 nodes. */
export interface Stage {
  anvil: Anvil
  descriptor: DevnetDescriptor
  dataDir: string
  keystore: string
  passwordFile: string
  key(name: string): Promise<KeyInfo>
  /** Gives ETH and METIS on L1, in wei. */
  fund(address: string, eth: bigint, metis: bigint): Promise<void>
  /** Runs the built program against this stage, always with `--json`. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Outcome & { json: Json }>
  /** Starts it and gives its process too. */
  start(args: readonly string[], env?: Record<string, string>): { child: ChildProcess; over: Promise<Outcome> }
  /** Transactions of an account that were mined. */
  nonce(address: string): Promise<number>
  journal: string
  /** The environment in which `run` runs the program. */
  settings: Readonly<Record<string, string>>
  close(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a command printed
export type Json = any

export async function openStage(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), 'staking-'))
  const anvil = await startAnvil()
  const [deployer, group, admin] = await Promise.all([anvil.wallet(0), anvil.wallet(1), anvil.wallet(2)])
  const descriptor = await deploy(anvil, deployer, group, admin)
  const paths = {
    dataDir: join(root, 'devnet'),
    keystore: join(root, 'keys'),
    passwordFile: join(root, 'password'),
    journal: join(root, 'journal.jsonl'),
  }
  await mkdir(paths.dataDir)
  process.env.METIS_SEQ_STATE = join(root, 'state.json')
  await writeDescriptor(paths.dataDir, descriptor)
  await writeFile(paths.passwordFile, `${secret(PASSWORD)}\n`)
  const settings = {
    METIS_SEQ_CONFIG: join(root, 'config.json'),
    METIS_SEQ_STATE: join(root, 'state.json'),
    METIS_SEQ_JOURNAL: paths.journal,
    METIS_SEQ_KEYSTORE: paths.keystore,
    METIS_SEQ_PASSWORD_FILE: paths.passwordFile,
  }
  const metis = new Contract(descriptor.contracts.metis, erc20Abi, deployer)
  return {
    ...paths,
    settings,
    anvil,
    descriptor,
    key: (name) => {
      const privateKey = secret(Wallet.createRandom().privateKey as `0x${string}`)
      return createKey(paths.keystore, { name, password: PASSWORD, strength: 'light', privateKey })
    },
    fund: async (address, eth, amount) => {
      await anvil.provider.send('anvil_setBalance', [address, `0x${eth.toString(16)}`])
      await (await metis.getFunction('transfer')(address, amount)).wait()
    },
    run: async (args, env = {}) => {
      const outcome = await cli([...args, '--json'], { env: { ...settings, ...env } })
      return { ...outcome, json: outcome.stdout === '' ? undefined : JSON.parse(outcome.stdout) }
    },
    start: (args, env = {}) => {
      const bare = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...settings, ...env }
      keepGiven(args, bare)
      const child = spawn(process.execPath, [binary, ...args], { env: bare, stdio: ['ignore', 'pipe', 'pipe'] })
      return { child, over: observe(child, args) }
    },
    nonce: (address) => anvil.provider.getTransactionCount(address),
    close: async () => {
      recordFiles(root, [paths.passwordFile])
      await anvil.stop()
    },
  }
}

/** A stage with the keys `owner`, who may lock and has 40,000 METIS and one ETH, and `signer`. */
export async function openStageWithOwner(): Promise<Stage & { owner: KeyInfo; signer: KeyInfo }> {
  const stage = await openStage()
  const [owner, signer] = [await stage.key('owner'), await stage.key('signer')]
  await stage.fund(owner.address, METIS, 40_000n * METIS)
  const { code, stderr } = await stage.run(['register', '--from', 'owner', '--signer', 'signer'])
  if (code !== 0) throw new Error(`the owner could not be whitelisted: ${stderr}`)
  return { ...stage, owner, signer }
}

async function deploy(anvil: Anvil, deployer: Wallet, group: Wallet, admin: Wallet): Promise<DevnetDescriptor> {
  const lower = (text: string) => text.toLowerCase() as `0x${string}`
  const key = ({ address, privateKey }: Wallet) => ({ address: lower(address), privateKey: lower(privateKey) })
  const options = { group: lower(group.address), admin: lower(admin.address), l2ChainId: 1001n }
  const { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain } = await deployContracts(deployer, options)
  const unused = `0x${'ff'.repeat(20)}` as const
  return {
    l1: { url: anvil.url, chainId: 31337 },
    l2: { chainId: 1001 },
    contracts: { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain, inbox: unused, sequencerSet: unused },
    group: lower(group.address),
    admin: key(admin),
    nodes: [],
    spare: { index: 4, address: unused, publicKey: `0x${'00'.repeat(64)}`, keystore: '', passwordFile: '' },
    accounts: [key(await anvil.wallet(3))],
  }
}
