// Loaded before the program with `node --import`: kills the process, as `kill -9` does, when it reaches a fault point for the
// n-th time. METIS_SEQ_TEST_DEATH is `NAME N`, or `NAME N later`: then it counts from the first SIGUSR2 on.
import { isMainThread } from 'node:worker_threads'
import { onFaultPoint } from '../../../dist/core/faultPoints.js'

const [name, nth, later] = (process.env.METIS_SEQ_TEST_DEATH ?? '').split(' ')
if (isMainThread && name !== '') {
  let left = Number(nth)
  let armed = later === undefined
  process.once('SIGUSR2', () => {
    armed = true
  })
  onFaultPoint((point) => {
    if (armed && point === name && --left <= 0) process.kill(process.pid, 'SIGKILL')
  })
}
