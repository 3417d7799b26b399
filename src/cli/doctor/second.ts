import type { Comparison } from '../../l1/examine.js'
import { type Finding, ok, problem, warning } from './check.js'

/** Blocks that one endpoint may be behind the other while both are well: a minute. */
const APART = 5n

/** Whether two endpoints, named by their URLs without credentials, tell the same story. */
export function judgeComparison(comparison: Comparison, [first, second]: readonly [string, string]): Finding {
  const { chains, heads, block, sameHash, sameState } = comparison
  const distrust =
    'One of the two is wrong: send nothing until you know which. Ask a third one, for example a block explorer.'
  if (chains[0] !== chains[1]) {
    return problem(
      `${first} is chain ${chains[0]} and ${second} is chain ${chains[1]}`,
      'Name an endpoint of the same chain with --second-rpc-url.',
    )
  }
  if (!sameHash) return problem(`${first} and ${second} have different blocks ${block}`, distrust)
  if (!sameState) return problem(`${first} and ${second} have different states of LockingPool`, distrust)
  const apart = heads[0] - heads[1]
  if (apart > APART || apart < -APART) {
    const behind = apart > 0n ? second : first
    return warning(
      `${behind} is ${apart > 0n ? apart : -apart} blocks behind`,
      'It synchronises or stands still; look again in a minute.',
    )
  }
  return ok(`${second} has the same block ${block} and the same state of LockingPool`)
}
