export interface KzgTask {
  id: number
  kind: 'commitments' | 'sidecar'
  blobs: readonly Uint8Array[]
}

export interface KzgAnswer {
  id: number
  commitments: Uint8Array[]
  cellProofs: Uint8Array[][]
  error?: string
}

/**
 * What the thread runs. It is text and not a file of its own, so that it starts alike from `src` and from `dist`; it only
 * calls the library, one task after the other.
 */
export const kzgWorkerSource = `
const { parentPort, workerData } = require('node:worker_threads')
const { DasContextJs } = require(workerData.library)
const context = DasContextJs.create({ usePrecomp: false })
const solve = ({ kind, blobs }) => ({
  commitments: blobs.map((blob) => context.blobToKzgCommitment(blob)),
  cellProofs: kind === 'sidecar' ? blobs.map((blob) => context.computeCellsAndKzgProofs(blob).proofs) : [],
})
parentPort.on('message', (task) => {
  try {
    parentPort.postMessage({ id: task.id, ...solve(task) })
  } catch (error) {
    const answer = { id: task.id, commitments: [], cellProofs: [], error: String(error && error.message) }
    parentPort.postMessage(answer)
  }
})
`
