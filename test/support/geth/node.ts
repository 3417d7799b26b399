import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { encodeExtraData } from '../../../src/core/chain/extraData.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import { IpcClient } from './ipc.js'

/** The geth to test against: METIS_SEQ_TEST_GETH, or `geth` in PATH; undefined where there is none. */
export function findGeth(): string | undefined {
  const named = process.env.METIS_SEQ_TEST_GETH
  if (named !== undefined && named !== '') return named
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'geth'))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export interface GethNode {
  rpc: IpcClient
  stop(): Promise<void>
}

/** A geth of Prague rules with the block 0 of `genesis`, without peers, reached by its socket alone. */
export async function startGeth(program: string, genesis: Genesis['l2']): Promise<GethNode> {
  const directory = mkdtempSync(join(tmpdir(), 'metis-geth-'))
  const file = join(directory, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesisDocument(genesis)))
  const data = ['--datadir', directory, '--state.scheme', 'hash']
  execFileSync(program, ['init', ...data, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const socket = join(directory, 'g.ipc')
  const alone = ['--nodiscover', '--maxpeers', '0', '--port', '0', '--nat', 'none', '--networkid', `${genesis.chainId}`]
  const rules = ['--syncmode', 'full', '--gcmode', 'archive', '--authrpc.addr', '127.0.0.1', '--authrpc.port', '0']
  const building = ['--miner.gaslimit', String(genesis.gasLimit), '--miner.gasprice', '1']
  const small = ['--ipcpath', socket, '--cache', '64', '--nousb', '--verbosity', '3']
  const child = spawn(program, [...data, ...alone, ...rules, ...building, ...small], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stderr })
  const log: string[] = []
  const opened = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      log.push(line)
      if (log.length > 50) log.shift()
      if (line.includes('IPC endpoint opened')) resolve()
    })
  })
  const failed = exited.then(() => {
    throw new Error(`geth ended: ${log.join('\n')}`)
  })
  failed.catch(() => undefined)
  await Promise.race([opened, failed])
  const rpc = await IpcClient.connect(socket)
  return {
    rpc,
    stop: async () => {
      rpc.close()
      child.kill('SIGKILL')
      await exited
      rmSync(directory, { recursive: true })
    },
  }
}

/** The genesis file of geth that gives the same block 0. */
function genesisDocument({ chainId, alloc, timestamp, gasLimit, baseFee, osakaTime }: Genesis['l2']): unknown {
  const blocks = 'homestead eip150 eip155 eip158 byzantium constantinople petersburg istanbul berlin london'.split(' ')
  const quantity = (value: bigint | number | string) => `0x${BigInt(value).toString(16)}`
  return {
    config: {
      chainId,
      ...Object.fromEntries(blocks.map((name) => [`${name}Block`, 0])),
      terminalTotalDifficulty: 0,
      shanghaiTime: 0,
      cancunTime: 0,
      pragueTime: 0,
      ...(osakaTime === undefined ? {} : { osakaTime }),
      blobSchedule: {
        cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
        prague: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
        osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716 },
      },
    },
    nonce: '0x0',
    timestamp: quantity(timestamp),
    extraData: encodeExtraData({ term: 0, l1Origin: 0 }),
    gasLimit: quantity(gasLimit),
    difficulty: '0x0',
    baseFeePerGas: quantity(baseFee),
    alloc: Object.fromEntries(
      Object.entries(alloc).map(([address, { balance, code, storage }]) => [
        address,
        {
          balance: quantity(balance),
          ...(code === undefined ? {} : { code }),
          ...(storage === undefined ? {} : { storage }),
        },
      ]),
    ),
  }
}
