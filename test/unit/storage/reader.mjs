// Counts how often a reading of all entries was of more than one write, until it is told to stop.
import { parentPort, workerData } from 'node:worker_threads'

const { openReader } = await import(workerData.module)
const reader = await openReader(workerData.directory)
const seen = new Set()
let stop = false
let readings = 0
let torn = 0
parentPort.once('message', () => {
  stop = true
})
parentPort.postMessage('open')
while (!stop) {
  const values = new Set()
  for await (const [, value] of reader.entries(Buffer.from('k'), Buffer.from('l'))) values.add(value[0])
  for (const value of values) seen.add(value)
  const first = reader.get(Buffer.from('k0'))
  if (values.size > 1 || first?.some((byte) => byte !== first[0])) torn += 1
  readings += 1
  await new Promise(setImmediate)
}
await reader.close()
parentPort.postMessage({ readings, torn, seen: seen.size })
