import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/command.js'
import { stateHistoryFlag } from '../cli/stateHistory.js'
import { isTerminal } from '../cli/streams.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Devnet, DevnetOptions } from '../devnet/devnet.js'
import type { DevnetView } from '../devnet/view.js'

/** A whole network on this machine, until Ctrl-C. */
export default class Run extends BaseCommand {
  static override summary = 'Run a sequencer network on this machine.'
  static override description =
    `Starts an Ethereum L1, deploys the contracts, and runs four sequencers that take turns and a spare one that nobody
locked METIS for yet. Ctrl-C stops everything; the next start goes on from the state on disk. With --json every event is
one line of JSON; the event \`ready\` has what \`devnet info\` gives.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --devnet',
    '<%= config.bin %> <%= command.id %> --devnet --data-dir /tmp/second --port-base 9645',
    '<%= config.bin %> <%= command.id %> --devnet --reset --json',
    '<%= config.bin %> <%= command.id %> --devnet --state-history all',
  ]
  static override flags = {
    devnet: Flags.boolean({ description: 'Run a network of four sequencers with its own L1.' }),
    'data-dir': Flags.string({
      description: 'Folder of the network (default: metis-seq/devnet in the XDG data folder).',
      env: 'METIS_SEQ_DATA_DIR',
    }),
    reset: Flags.boolean({ description: 'Begin anew: remove what the folder holds.' }),
    'port-base': Flags.integer({ description: 'First of ten ports (default 9545).', env: 'METIS_SEQ_PORT_BASE' }),
    'epoch-length': Flags.integer({
      description: 'L2 blocks of a turn (default 6); fixed when the network is made.',
      min: 2,
      max: 100_000,
    }),
    'block-time': Flags.integer({
      description: 'Milliseconds between two L2 blocks (default 1000); fixed when the network is made.',
      min: 1000,
      max: 60_000,
    }),
    'state-history': stateHistoryFlag(),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Run)
    if (!flags.devnet) {
      throw new MetisSeqError('RUN_WHAT', 'Only networks of one machine can be run so far, and --devnet is missing.', {
        exit: Exit.usage,
        next: 'Run `metis-seq run --devnet`.',
      })
    }
    const { defaultDataDir } = await import('../devnet/place.js')
    await this.#serve({
      dataDir: flags['data-dir'] ?? defaultDataDir(),
      reset: flags.reset,
      portBase: flags['port-base'],
      epochLength: flags['epoch-length'],
      blockTime: flags['block-time'],
      stateHistory: flags['state-history'],
    })
  }

  /** Until Ctrl-C (exit 130) or until something the network needs has failed. */
  async #serve(options: Omit<DevnetOptions, 'onEvent' | 'onFailure'>): Promise<void> {
    const { startDevnet } = await import('../devnet/devnet.js')
    const signal = this.interrupted()
    const view = await this.#view()
    let devnet: Devnet | undefined
    let failure: Error | undefined
    const end = new AbortController()
    const onFailure = (error: Error) => {
      failure ??= error
      end.abort()
    }
    try {
      devnet = await startDevnet({ ...options, signal, onFailure, onEvent: (event) => view.tell(event) })
      const { nodes, descriptor } = devnet
      view.follow(() => ({ rotation: nodes.look()?.rotation, descriptor: descriptor() }))
      await aborted(AbortSignal.any([signal, end.signal]))
      if (failure !== undefined) throw failure
      process.exitCode = Exit.interrupted
    } finally {
      view.close()
      const closing = devnet?.close()
      // What comes after a failure follows from it.
      await (failure === undefined ? closing : closing?.catch(() => undefined))
    }
  }

  async #view(): Promise<DevnetView> {
    const { jsonView, liveView, plainView } = await import('../devnet/view.js')
    if (this.jsonEnabled()) return jsonView((event) => this.event(event))
    return isTerminal(process.stdout) ? liveView(process.stdout) : plainView((line) => this.print(line))
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
