import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const CHAIN_ID = 31337
const METIS = 10n ** 18n

/**
 * An L1 from the installed package `root` alone: its anvil, its contracts, deployed by its own code; and a descriptor in
 * `dataDir`, by which the program knows it as its devnet.
 */
export async function openStage(root, dataDir) {
  const { ethers, anvil, deployContracts } = await partsOf(root)
  const child = spawn(anvil, ['--port', '0', '--accounts', '0', '--chain-id', `${CHAIN_ID}`, '--hardfork', 'prague'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = `http://127.0.0.1:${await listeningPort(child)}`
    const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 }
    const provider = new ethers.JsonRpcProvider(url, CHAIN_ID, options)
    provider.pollingInterval = 50
    const give = (address) => provider.send('anvil_setBalance', [address, ethers.toQuantity(1000n * METIS)])
    const wallets = [1, 2, 3].map((key) => new ethers.Wallet(ethers.toBeHex(key, 32), provider))
    for (const { address } of wallets) await give(address)
    const [deployer, group, admin] = wallets
    const chosen = { group: lower(group.address), admin: lower(admin.address), l2ChainId: 1001n }
    const contracts = await deployContracts(deployer, chosen)
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'devnet.json'), JSON.stringify(descriptorOf(url, contracts, chosen.group, admin)))
    const token = new ethers.Contract(contracts.metis, ['function transfer(address,uint256) returns (bool)'], deployer)
    return {
      /** ETH for fees, and whole METIS. */
      fund: async (address, metis) => {
        await give(address)
        await (await token.transfer(address, BigInt(metis) * METIS)).wait()
      },
      close: async () => {
        provider.destroy()
        await stop(child)
      },
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function partsOf(root) {
  const require = createRequire(join(root, 'package.json'))
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const anvil = require.resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/bin/anvil`)
  const { deployContracts } = await import(pathToFileURL(join(root, 'dist/l1/deploy.js')).href)
  return { ethers: require('ethers'), anvil, deployContracts }
}

async function listeningPort(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /^Listening on .*:(\d+)$/.exec(line) ?? []
    if (port === undefined) continue
    child.stdout.resume()
    return port
  }
  throw new Error('anvil ended before it listened')
}

async function stop(child) {
  const ended = once(child, 'exit')
  if (child.exitCode === null && child.kill('SIGKILL')) await ended
}

function descriptorOf(url, contracts, group, admin) {
  const { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain } = contracts
  const unused = `0x${'ff'.repeat(20)}`
  return {
    version: 1,
    l1: { url, chainId: CHAIN_ID },
    l2: { chainId: 1001 },
    contracts: { metis, lockingInfo, lockingPool, bridge, stateCommitmentChain, inbox: unused, sequencerSet: unused },
    group,
    admin: { address: lower(admin.address), privateKey: admin.privateKey },
    nodes: [],
    spare: { index: 0, address: unused, publicKey: `0x${'00'.repeat(64)}`, keystore: '', passwordFile: '' },
    accounts: [],
  }
}

function lower(address) {
  return address.toLowerCase()
}
