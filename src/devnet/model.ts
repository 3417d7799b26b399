import type { Rotation } from '../node/index.js'
import type { DevnetDescriptor } from './descriptor.js'
import type { DevnetEvent } from './events.js'

const KEPT_NOTES = 6
const KEPT_SESSIONS = 64

/** What the live view knows, gathered from events. */
export interface ViewModel {
  /** Blocks by address of the producer, since this start. */
  produced: Map<string, number>
  batch: { index: number; last: number; transaction: string } | undefined
  /** Last things worth a look, oldest first. */
  notes: string[]
  nameOf: NameOf
  isNews: ReturnType<typeof firstOfSession>
}

/** A member as a person knows it. */
type NameOf = (address: string) => string

export function newModel(): ViewModel {
  return { produced: new Map(), batch: undefined, notes: [], nameOf: short, isNews: firstOfSession() }
}

/** Several signers say of one session that it failed: the first one is enough for a person. */
export function firstOfSession(): (event: DevnetEvent) => boolean {
  const told: number[] = []
  return (event) => {
    if (event.event !== 'unsigned') return true
    if (told.includes(event.session)) return false
    told.push(event.session)
    if (told.length > KEPT_SESSIONS) told.shift()
    return true
  }
}

/** Takes an event into the model. */
export function take(model: ViewModel, event: DevnetEvent): void {
  if (event.event === 'block') model.produced.set(event.node, (model.produced.get(event.node) ?? 0) + 1)
  if (event.event === 'batch') model.batch = event
  if (event.event === 'ready') {
    model.notes = [] // that everything started is seen
    model.nameOf = nodeNames(event)
  }
  const note = model.isNews(event) ? noteOf(event, model.nameOf) : undefined
  if (note !== undefined) model.notes = [...model.notes, note].slice(-KEPT_NOTES)
}

/** Events that a frame does not show by itself. */
function noteOf(event: DevnetEvent, nameOf: NameOf): string | undefined {
  const shown: readonly string[] = [
    'termCut',
    'committee',
    'sequencer',
    'node',
    'failure',
    'warning',
    'rewound',
    'pruned',
    'refused',
    'unsigned',
    'sharing',
  ]
  return shown.includes(event.event) ? lineOf(event, nameOf) : undefined
}

const short = (hex: string) => `${hex.slice(0, 8)}..${hex.slice(-4)}`

/** Members by the numbers that `devnet stop` and `start` take. */
export function nodeNames({ nodes }: DevnetDescriptor): NameOf {
  const names = new Map<string, string>(nodes.map(({ address, index }) => [address, `node ${index}`]))
  return (address) => names.get(address) ?? short(address)
}

/** One plain line for an event, for people without a terminal; undefined for what would only be noise. */
export function lineOf(event: DevnetEvent, nameOf: NameOf = short): string | undefined {
  switch (event.event) {
    case 'step':
      return `${event.text} ...`
    case 'ready':
      return readyLines(event).join('\n')
    case 'node':
      return `node ${event.index} is ${event.state}`
    case 'failure':
      return `${event.index === null ? 'the devnet' : `node ${event.index}`} failed: ${event.message}`
    case 'closing':
      return 'Stopping ...'
    case 'block':
      return `block ${event.number} by node ${event.nodeIndex}, ${event.transactions} transactions, ${short(event.hash)}`
    case 'termOpened': {
      const { term, epoch, sequencer, parentNumber, endBlock, kind } = event.term
      return `term ${term} (epoch ${epoch}, ${kind}): ${short(sequencer)} sequences blocks ${parentNumber + 1} to ${endBlock}`
    }
    case 'termCut':
      return `term ${event.term} of ${short(event.sequencer)} cut at block ${event.checkpoint}: ${event.reason}`
    case 'committee':
      return `new shares of the group's key are in force for ${event.members.map(nameOf).join(', ')}`
    case 'unsigned': {
      const named = event.culprits.length === 0 ? '' : `; it names ${event.culprits.map(nameOf).join(', ')}`
      return `session ${event.session} gave no signature of ${event.kind} ${event.subject}, says ${nameOf(event.member)}: ${event.reason}${named}`
    }
    case 'sharing':
      return `the group's key is being shared among ${event.members.length} members (sharing ${event.generation})`
    case 'sequencer':
      return `sequencer ${event.id} (${short(event.address)}): ${event.change}`
    case 'batch':
      return `batch ${event.index} up to block ${event.last} is on L1, ${short(event.transaction)}`
    case 'rewards':
      return `rewards ${event.batch} for ${event.blocks} blocks of epochs ${event.from} to ${event.to} are paid on L1, ${short(event.transaction)}`
    case 'key':
      return `the group has a new key, ${event.to}; ${short(event.from)} hands over`
    case 'keyHandedOver':
      return `${short(event.from)} has handed over on L1 to ${event.to}`
    case 'rewound':
      return `node ${event.nodeIndex} went back to block ${event.to}, ${event.orphaned} blocks orphaned`
    case 'pruned':
      return `node ${event.nodeIndex} keeps states from block ${event.oldest} on: ${event.removed} older trie nodes removed`
    case 'refused':
      if (event.what === 'signature') return undefined // the session that it ends says so
      return `node ${event.nodeIndex} refused a ${event.what}: ${event.reason}`
    case 'warning':
      return `node ${event.nodeIndex}: ${event.message}`
    default:
      return undefined // checkpoints, signatures and L1 blocks come every second
  }
}

/** Endpoints and funded accounts, as they stand above the live view. */
export function readyLines(devnet: DevnetDescriptor): string[] {
  return [
    `L1  ${devnet.l1.url}  chain id ${devnet.l1.chainId}`,
    `L2  chain id ${devnet.l2.chainId}`,
    ...devnet.nodes.map(({ index, rpc }) => {
      return `    node ${index}  ${rpc}${index === devnet.spare.index ? '  (spare: its key is not locked yet)' : ''}`
    }),
    'Funded accounts (public test keys, for this devnet alone)',
    ...devnet.accounts.map(({ address, privateKey }) => `    ${address}  key ${privateKey}`),
  ]
}

export interface Snapshot {
  rotation: Rotation | undefined
  descriptor: DevnetDescriptor
}

/** The lines of one frame. */
export function frame(model: ViewModel, { rotation, descriptor }: Snapshot): string[] {
  const nameOf = (address: string) => {
    const node = descriptor.nodes.find((each) => each.address === address)
    return node === undefined ? short(address) : `node ${node.index} (${short(address)})`
  }
  const { batch } = model
  return [
    ...(rotation === undefined ? ['No node runs.'] : rotationLines(rotation, nameOf)),
    batch === undefined
      ? 'Last batch   none yet'
      : `Last batch   ${batch.index}, up to block ${batch.last}, ${short(batch.transaction)}`,
    '',
    ...shareLines(model, descriptor),
    '',
    ...model.notes,
    'Ctrl-C stops everything; the next start goes on from here.',
  ]
}

function rotationLines(rotation: Rotation, nameOf: (address: string) => string): string[] {
  const { head, safe, finalized, current, next, history } = rotation
  const done = history.reduce<Rotation['history'][number] | undefined>(
    (best, each) => (each.endBlock <= safe && each.endBlock > (best?.endBlock ?? -1) ? each : best),
    undefined,
  )
  return [
    `Head ${head}   safe ${safe}   finalized on L1 ${finalized}`,
    `Now          ${nameOf(current.sequencer)}, epoch ${current.epoch}, until block ${current.endBlock}`,
    next === null
      ? 'Next         not drawn yet'
      : `Next         ${nameOf(next.sequencer)}, blocks ${next.startBlock} to ${next.endBlock}`,
    done === undefined ? 'Last final   no epoch yet' : `Last final   epoch ${done.epoch}, up to block ${done.endBlock}`,
  ]
}

function shareLines({ produced }: ViewModel, { nodes }: DevnetDescriptor): string[] {
  const stakes = nodes.map(({ stake }) => BigInt(stake))
  const total = stakes.reduce((sum, stake) => sum + stake, 0n)
  const blocks = [...produced.values()].reduce((sum, count) => sum + count, 0)
  const percent = (part: number) => `${(100 * part).toFixed(0).padStart(3)} %`
  return nodes.map(({ index, state, address }, i) => {
    const share = total === 0n ? 0 : Number(((stakes[i] ?? 0n) * 10_000n) / total) / 10_000
    const count = produced.get(address) ?? 0
    const made = `${percent(blocks === 0 ? 0 : count / blocks)} of blocks (${count})`
    return `node ${index}  ${state.padEnd(8)} stake ${percent(share)}   ${made}`
  })
}
