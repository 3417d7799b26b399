import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { JsonRpcProvider, Wallet } from 'ethers'

export interface Anvil {
  url: string
  provider: JsonRpcProvider
  /** A wallet with 10,000 ETH, the same for the same number. */
  wallet(number: number): Promise<Wallet>
  stop(): Promise<void>
}

/** The platform's own binary: the npm wrapper would be a second process. */
export function anvilBinary(): string {
  const require = createRequire(import.meta.url)
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${cpu}`
  return join(
    dirname(require.resolve(`${name}/package.json`)),
    'bin',
    process.platform === 'win32' ? 'anvil.exe' : 'anvil',
  )
}

/** Starts an anvil on a free port (it takes port 0 and prints the one it got) and waits until it listens. */
export async function startAnvil(flags: readonly string[] = [], chainId = 31337): Promise<Anvil> {
  const args = ['--port', '0', '--accounts', '0', '--chain-id', String(chainId), '--hardfork', 'prague', ...flags]
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await listeningPort(child)
  const url = `http://127.0.0.1:${port}`
  const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
  provider.pollingInterval = 50
  return {
    url,
    provider,
    wallet: async (number) => {
      const wallet = new Wallet(`0x${(number + 1).toString(16).padStart(64, '0')}`, provider)
      await provider.send('anvil_setBalance', [wallet.address, '0x21e19e0c9bab2400000'])
      return wallet
    },
    stop: async () => {
      provider.destroy()
      const exited = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await exited
    },
  }
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('anvil has no stdout')
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^Listening on .*:(\d+)$/.exec(line)
    if (match !== null) {
      child.stdout.resume()
      return Number(match[1])
    }
  }
  throw new Error(`anvil ended before it listened, with code ${child.exitCode}`)
}
