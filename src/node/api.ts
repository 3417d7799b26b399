import type { Transaction } from '../core/ports/execution.js'
import type { Hash } from '../core/types/hex.js'
import { type Reading, startApi } from './api/index.js'
import type { GroupView } from './groupView.js'
import type { NodeContext } from './sequencer/context.js'
import type { NodeStatus, Rotation } from './types.js'

export interface DoorOptions {
  context: NodeContext
  submit(raw: Uint8Array): Promise<Hash>
  onPending(listener: (transaction: Transaction) => void): () => void
  rotation(): Rotation
  status(): NodeStatus
  group(): GroupView
  /** Last prune of old states; undefined before the first one. */
  pruned(): { oldest: number; milliseconds: number } | undefined
  api: { host: string; port: number }
}

/** Opens the node's doors (JSON-RPC, WebSocket, REST, metrics) and says where they are. */
export async function openApi({ context, submit, onPending, rotation, status, group, pruned, api }: DoorOptions) {
  const { chain, consensus, genesis, network, pool } = context
  const tags = () => ({ safe: consensus.state.checkpoint.number, finalized: consensus.state.batch.finalized })
  const started = chain.head().number
  return startApi({
    ...api,
    context: {
      chain,
      pool,
      tags,
      submit,
      onHead: (listener) => chain.onHead(listener),
      onPending: (listener) => onPending(({ hash }) => listener(hash)),
      syncing() {
        const [currentBlock, highestBlock] = [chain.head().number, consensus.state.checkpoint.number]
        return currentBlock >= highestBlock ? false : { startingBlock: started, currentBlock, highestBlock }
      },
      peers: () => network.peers.length,
      sequencerSet: genesis.l2.sequencerSet,
      clientVersion: `metis-seq/node-${process.version}`,
      gasLimit: BigInt(genesis.l2.gasLimit),
    },
    routes: { '/v1/status': () => status(), '/v1/rotation': () => rotation(), '/v1/group': () => group() },
    metrics: () => [...readings(context), ...groupReadings(group()), ...pruneReadings(pruned())],
    onError: (error, where) => context.warn(`${where}: ${error instanceof Error ? error.stack : String(error)}`),
  })
}

function readings({ address, chain, consensus, pool }: NodeContext): Reading[] {
  const { batch, checkpoint, l1, term } = consensus.state
  return [
    { name: 'metis_seq_head_block', help: 'Number of the newest L2 block.', value: chain.head().number },
    { name: 'metis_seq_safe_block', help: 'Number of the last decided checkpoint.', value: checkpoint.number },
    { name: 'metis_seq_finalized_block', help: 'Last L2 block whose batch L1 holds.', value: batch.finalized },
    { name: 'metis_seq_epoch', help: 'Epoch of the current term.', value: term.epoch },
    { name: 'metis_seq_l1_block', help: 'Last L1 block that consensus applied.', value: l1.applied.number },
    { name: 'metis_seq_pool_transactions', help: 'Transactions that wait for a block.', value: pool.size },
    {
      name: 'metis_seq_is_sequencer',
      help: '1 while this node is the sequencer.',
      value: Number(term.sequencer === address),
    },
  ]
}

function groupReadings({ able, departed, requests, sessions, threshold }: GroupView): Reading[] {
  const open = requests.filter(({ signed }) => !signed).length
  return [
    { name: 'metis_seq_group_members_able', help: 'Members of the group that can be called to sign.', value: able },
    { name: 'metis_seq_group_threshold', help: 'Members that a signature of the group takes.', value: threshold },
    {
      name: 'metis_seq_group_departed_ratio',
      help: 'Members of one past sharing that have left, by how many of them are the key.',
      value: departed === null ? 0 : departed.members.length / departed.threshold,
    },
    { name: 'metis_seq_group_open_requests', help: 'Requests that the group has not signed yet.', value: open },
    { name: 'metis_seq_group_sessions_total', help: 'Sessions of signers that ever were opened.', value: sessions },
  ]
}

function pruneReadings(last: { oldest: number; milliseconds: number } | undefined): Reading[] {
  if (last === undefined) return []
  return [
    { name: 'metis_seq_oldest_state_block', help: 'Oldest L2 block whose state is kept.', value: last.oldest },
    {
      name: 'metis_seq_prune_seconds',
      help: 'How long the last removal of old states took.',
      value: last.milliseconds / 1000,
    },
  ]
}
