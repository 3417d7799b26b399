import { MetisSeqError } from '../../core/errors/index.js'
import type { Head } from '../../l1/examine.js'
import { redactUrl } from '../../l1/url.js'
import { chosen } from '../network.js'
import { keptEndpoints } from '../networks.js'
import { type Check, type Finding, ok, problem, warning } from './check.js'
import type { DoctorContext } from './context.js'
import { judgeComparison } from './second.js'

/** Seconds by which this machine's clock may differ from the endpoint's, whose own is given in whole seconds. */
const CLOCK_OFF = 5
const CLOCK_WRONG = 30
/** Ten slots without a block: the endpoint stands still, or the chain does. */
const OLD_BLOCK = 120
const SLOW_MS = 2000

type Target = Awaited<ReturnType<typeof chosen>>

/** The L1 endpoint: there, of the right chain, with the contracts, up to date, and of one mind with the second one. */
export function l1Checks(context: DoctorContext, now: () => number): Check[] {
  const reached = reach(context)
  reached.catch(() => {}) // each check awaits it, and reports it in its own way
  const after = (name: string, look: (target: Target) => Promise<Finding>): Check => ({
    name,
    look: () => reached.then(look, notKnown),
  })
  return [
    { name: 'l1', look: () => reached.then(judgeEndpoint, (error) => withoutDevnet(error, context)) },
    after('l1-contracts', lookAtContracts),
    after('l1-syncing', lookAtSyncing),
    after('clock', async ({ url }) => {
      const { readHead } = await import('../../l1/examine.js')
      return judgeClock(await readHead(url), now() / 1000)
    }),
    after('second-l1', lookAtSecond),
  ]
}

interface Reached extends Target {
  readonly chainId: bigint
  readonly millis: number
}

async function reach(context: DoctorContext): Promise<Reached> {
  const { askChainId } = await import('../../l1/probe.js')
  const target = await chosen(context)
  const { chainId, millis } = await askChainId(target.url)
  return { ...target, chainId, millis }
}

function judgeEndpoint({ network, url, chainId, millis }: Reached): Finding {
  const where = `${redactUrl(url)} (${network.name})`
  if (chainId !== network.l1ChainId) {
    return problem(
      `${where} is chain ${chainId}, not ${network.l1ChainId}`,
      `Name an endpoint of chain ${network.l1ChainId} with \`metis-seq networks use ${network.name} --rpc-url URL\`.`,
    )
  }
  if (millis > SLOW_MS) {
    return warning(`${where} took ${millis} ms to answer`, 'Use an endpoint that is nearer or less busy.')
  }
  return ok(`${where}: chain ${chainId}, answered in ${millis} ms`)
}

async function lookAtContracts({ network, url }: Target): Promise<Finding> {
  const { missingContracts } = await import('../../l1/examine.js')
  const missing = await missingContracts(url, network.contracts)
  if (missing.length === 0) return ok('METIS, LockingInfo, LockingPool and the bridge have code')
  return problem(
    `there is no ${missing.join(', no ')}`,
    'The endpoint is not synchronised, or it is another chain with the same id: use another one.',
  )
}

async function lookAtSyncing({ url }: Target): Promise<Finding> {
  const { readSyncing } = await import('../../l1/examine.js')
  const syncing = await readSyncing(url)
  if (syncing === undefined) return ok('the endpoint is synchronised')
  return problem(
    `the endpoint is at block ${syncing.current} of ${syncing.highest}`,
    'Wait until it is done, or use another one: what it says is old.',
  )
}

/** The clock of this machine (`now`, seconds since 1970) against the endpoint's and the newest block's. */
export function judgeClock({ number, timestamp, serverTime }: Head, now: number): Finding {
  const off = Math.round(now - (serverTime ?? now))
  const direction = (seconds: number) => `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`
  const mend =
    'Let the clock be set by NTP (`timedatectl set-ntp true`): a node refuses blocks from the future, and others refuse its own.'
  if (Math.abs(off) > CLOCK_WRONG)
    return problem(`the clock of this machine is ${direction(off)} of the endpoint's`, mend)
  if (Math.abs(off) > CLOCK_OFF)
    return warning(`the clock of this machine is ${direction(off)} of the endpoint's`, mend)
  const age = Math.round(now - timestamp)
  if (age < -CLOCK_WRONG) {
    return problem(
      `L1 block ${number} comes from ${-age} s in the future`,
      `${mend} If the clock is right, the chain of the endpoint is not Ethereum's.`,
    )
  }
  if (age > OLD_BLOCK) {
    return warning(
      `the newest L1 block ${number} is ${age} s old`,
      'The endpoint stands still, or the chain does: compare with another one. On an idle devnet that is normal.',
    )
  }
  const server = serverTime === null ? 'the endpoint tells no time' : `${Math.abs(off)} s from the endpoint's`
  return ok(`${server}; L1 block ${number} is ${Math.max(0, age)} s old`)
}

async function lookAtSecond({ network, url, devnet }: Target): Promise<Finding> {
  if (devnet !== undefined) return ok('a devnet has one L1')
  const { secondRpcUrl } = await keptEndpoints(network.name)
  if (secondRpcUrl === null) {
    return ok(`none is kept; \`metis-seq networks use ${network.name} --second-rpc-url URL\` keeps one to compare with`)
  }
  const { compareEndpoints } = await import('../../l1/examine.js')
  try {
    const comparison = await compareEndpoints(url, secondRpcUrl, network.contracts.lockingPool)
    return judgeComparison(comparison, [redactUrl(url), redactUrl(secondRpcUrl)])
  } catch (error) {
    if (!(error instanceof MetisSeqError) || !error.message.includes(redactUrl(secondRpcUrl))) throw error
    return problem(error.message, `Without it nothing tells when the first one is wrong. ${error.next ?? ''}`.trim())
  }
}

/** Nobody has to run a devnet: where no network was chosen its absence is no problem. One that was started and is down is. */
function withoutDevnet(error: unknown, context: DoctorContext): Finding {
  const { network, 'data-dir': dataDir, 'rpc-url': url } = context
  if (!(error instanceof MetisSeqError) || network !== 'devnet' || url !== undefined) throw error
  const instead = 'choose a network with `metis-seq networks use NAME --rpc-url URL`'
  if (error.code === 'DEVNET_NOT_FOUND' && dataDir === undefined) {
    const found = 'no network is chosen, and no devnet was started on this machine'
    return warning(found, `Start one with \`metis-seq run --devnet\`, or ${instead}.`)
  }
  if (error.code !== 'RPC_UNREACHABLE') throw error
  return problem(`the devnet is down: ${error.message}`, `Start it with \`metis-seq run --devnet\`, or ${instead}.`)
}

/** An endpoint that cannot be reached is one problem, not five. */
function notKnown(error: unknown): Finding {
  if (!(error instanceof MetisSeqError)) throw error
  return warning(
    'not known, for the endpoint could not be asked',
    'The check "l1" says what is wrong with the endpoint.',
  )
}
