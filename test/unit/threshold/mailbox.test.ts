import { describe, expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { GroupMessage } from '../../../src/core/ports/group.js'
import { Mailbox } from '../../../src/node/threshold/mailbox.js'
import { hashOf, keyOf } from '../consensus/network.js'

const [alice, bob] = [keyOf('alice').address, keyOf('bob').address]
const message = (session: string, round: number, from = alice, content = Uint8Array.of(round)): GroupMessage => ({
  from,
  session: hashOf(session),
  round,
  content,
})

/** A mailbox, what it says of senders, and what sessions heard of it. */
function open() {
  const refused: string[] = []
  const heard: GroupMessage[] = []
  const box = new Mailbox((reason) => refused.push(reason))
  return { box, refused, heard, hear: (session: string) => box.open(hashOf(session), (each) => heard.push(each)) }
}

function code(take: () => void): string | undefined {
  try {
    take()
  } catch (error) {
    if (error instanceof MetisSeqError && error.severity === 'refused') return error.code
    throw error
  }
  return undefined
}

describe('the mailbox of a member', () => {
  it('brings messages to the session they are for, and to no other', () => {
    const { box, heard, hear } = open()
    hear('a')
    const other: GroupMessage[] = []
    box.open(hashOf('b'), (each) => other.push(each))
    const [first, second, third] = [message('a', 1), message('b', 1), message('a', 2, bob)]
    for (const each of [first, second, third]) box.take(each, 0)
    expect(heard).toEqual([first, third])
    expect(other).toEqual([second])
  })

  it('keeps what is early, and gives it when its session begins, in the order in which it came', () => {
    const { box, heard, hear } = open()
    const early = [message('a', 2), message('a', 1), message('a', 1, bob), message('b', 1)]
    for (const each of early) box.take(each, 0)
    hear('a')
    expect(heard).toEqual(early.slice(0, 3))
    hear('b')
    expect(heard).toEqual(early)
    box.take(message('a', 3), 0)
    expect(heard).toHaveLength(5)
  })

  it('keeps one word a round, the first: what is sent again takes no place', () => {
    const { box, heard, hear } = open()
    for (let i = 0; i < 200; i++) box.take(message('a', 1, alice, Uint8Array.of(i)), 0)
    hear('a')
    expect(heard).toEqual([message('a', 1, alice, Uint8Array.of(0))])
  })

  it('keeps 64 of a member, and says who sends more; others have places of their own', () => {
    const { box, heard, hear } = open()
    for (let i = 0; i < 64; i++) box.take(message(`session ${i}`, 1), 0)
    expect(code(() => box.take(message('one more', 1), 0))).toBe('GROUP_MESSAGE_FLOOD')
    expect(code(() => box.take(message('session 5', 1), 0))).toBeUndefined() // it waits already
    expect(code(() => box.take(message('one more', 1, bob), 0))).toBeUndefined()
    hear('session 5')
    hear('one more')
    expect(heard).toEqual([message('session 5', 1), message('one more', 1, bob)])
    expect(code(() => box.take(message('one more still', 1), 0))).toBeUndefined() // there is a place again
  })

  it('takes any number for a session that has begun', () => {
    const { box, heard, hear } = open()
    hear('a')
    for (let i = 0; i < 100; i++) box.take(message('a', i), 0)
    expect(heard).toHaveLength(100)
  })

  it('names whose messages waited 30 s for a session that never began, once, and forgets them', () => {
    const { box, refused, heard, hear } = open()
    box.take(message('never', 1), 1000)
    box.take(message('never', 2), 1000)
    box.take(message('late', 1), 20_000)
    box.take(message('never', 1, bob), 1001)
    box.tick(31_000)
    expect(refused).toEqual([])
    box.tick(31_001)
    expect(refused).toEqual([`${alice} sent messages for the session ${hashOf('never')}, which never began`])
    box.tick(31_002)
    expect(refused.slice(1)).toEqual([`${bob} sent messages for the session ${hashOf('never')}, which never began`])
    box.tick(40_000)
    expect(refused).toHaveLength(2)
    hear('never')
    expect(heard).toEqual([])
    hear('late')
    expect(heard).toEqual([message('late', 1)])
  })

  it('makes places free with what it forgets', () => {
    const { box } = open()
    for (let i = 0; i < 64; i++) box.take(message(`session ${i}`, 1), 0)
    box.tick(30_001)
    expect(code(() => box.take(message('one more', 1), 30_001))).toBeUndefined()
  })

  it('says nothing of messages that come when their session is over', () => {
    const { box, refused, heard, hear } = open()
    hear('a')
    box.close(hashOf('a'))
    for (let round = 1; round <= 100; round++) expect(code(() => box.take(message('a', round), 0))).toBeUndefined()
    box.tick(60_000)
    expect([refused, heard]).toEqual([[], []])
  })

  it('says nothing of a session that was closed before it began', () => {
    const { box, refused, heard } = open()
    box.close(hashOf('a'))
    box.take(message('a', 1), 0)
    box.tick(60_000)
    expect([refused, heard]).toEqual([[], []])
  })

  it('says nothing of what came early for a session that was closed before it began', () => {
    const { box, refused } = open()
    box.take(message('a', 1), 0)
    box.close(hashOf('a'))
    box.tick(60_000)
    expect(refused).toEqual([])
  })

  it('remembers 512 sessions that are over', () => {
    const { box, refused } = open()
    for (let i = 0; i < 513; i++) box.close(hashOf(`session ${i}`))
    box.take(message('session 1', 1), 0)
    box.tick(60_000)
    expect(refused).toEqual([])
    box.take(message('session 0', 1), 0)
    box.tick(60_000)
    expect(refused).toHaveLength(1)
  })
})
