import { Killing } from '../test/support/kill/rounds.js'

const ROUNDS = 100

/** kill -9 of a process that seals blocks, again and again on the same data. */
export async function run({ seed, rounds = ROUNDS }: { seed: number; rounds?: number }): Promise<object[]> {
  const killing = await Killing.begin(seed)
  try {
    for (let round = 1; round <= rounds; round++) {
      await killing.round()
      if (round % 10 === 0) process.stderr.write(`${round} of ${rounds} kills, block ${killing.head}\n`)
    }
    return [{ kills: rounds, blocks: killing.head, 'of these not announced': killing.silent, lost: 0 }]
  } finally {
    await killing.end()
  }
}
