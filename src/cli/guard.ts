import { Args } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Height } from '../core/guard/guard.js'
import type { GuardPlace, GuardView } from '../node/index.js'
import { renderTable } from './table.js'

/** The file of an exported guard. */
export const guardArgument = Args.string({ name: 'file', description: 'File of the guard.', required: true })

/** The guard of node `index`. @throws MetisSeqError as `findNodeData` */
export async function findGuard(dataDir: string | undefined, index: number): Promise<GuardPlace> {
  const [{ findNodeData }, { networkIdOf }] = await Promise.all([
    import('../devnet/nodeData.js'),
    import('../core/consensus/digest.js'),
  ])
  const { genesis, directory, address } = await findNodeData(dataDir, index)
  return { directory, address, networkId: networkIdOf(genesis) }
}

/** What a guard knows, for a person. */
export function renderGuard({ address, networkId, floor, last, lineage, usable, reason }: GuardView): Promise<string> {
  return renderTable(
    ['GUARD', address],
    [
      ['Network', networkId],
      ['Last signed', last === null ? 'nothing that it knows of' : `${heightText(last)} as ${last.hash}`],
      ['Signs nothing more up to', floor === null ? 'none' : heightText(floor)],
      ['Moves', String(lineage.length)],
      ['Signs here', usable ? 'yes' : `no: ${reason}`],
    ],
  )
}

function heightText({ term, number }: Height): string {
  return number === Number.MAX_SAFE_INTEGER ? `the end of term ${term}` : `block ${number} of term ${term}`
}

/**
 * The term after which a lost guard begins: the highest that any node tells, or the `given` one where it is not below.
 * @throws MetisSeqError `GUARD_TERM_LOW` (exit 3), `GUARD_TERM_UNKNOWN` (exit 6) where none answers and none is given
 */
export async function termAfter(
  { networkId }: GuardPlace,
  { dataDir, given }: { dataDir: string | undefined; given: number | undefined },
): Promise<number> {
  const [{ readDescriptor }, { readTerm }, { termLow }] = await Promise.all([
    import('../devnet/descriptor.js'),
    import('../devnet/rotation.js'),
    import('../node/index.js'),
  ])
  const { nodes } = await readDescriptor(dataDir)
  const answers = await Promise.allSettled(nodes.map(({ rest }) => readTerm(rest, networkId)))
  const heard = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const highest = Math.max(...heard)
  if (given === undefined && heard.length === 0) throw termUnknown()
  if (given !== undefined && given < highest) throw termLow(highest, given)
  return given ?? highest
}

function termUnknown(): MetisSeqError {
  return new MetisSeqError('GUARD_TERM_UNKNOWN', 'No node tells which term runs now.', {
    exit: Exit.network,
    next: 'Start the other nodes, or name the term that runs now with --after-term, as another node shows it.',
  })
}
