export { type GenesisBlockFields, makeGenesisBlock } from './genesis.js'
export { bringForward } from './layout.js'
export { makeFile } from './newFile.js'
export { createEmbeddedEngine, type EmbeddedEngineOptions } from './openEngine.js'
export type { PruneReport, StateHistory } from './prune.js'
export {
  readSnapshot,
  type SnapshotContent,
  type SnapshotHeader,
  type SnapshotSink,
  type SnapshotWork,
  writeSnapshot,
} from './snapshot.js'
export { SnapshotReader, SnapshotWriter } from './snapshotFile.js'
export { isVacant, SnapshotImport } from './snapshotImport.js'
export type { Phase, PhaseListener } from './stopwatch.js'
export { StoredChain } from './stored.js'
