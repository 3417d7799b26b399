export { type GenesisBlockFields, makeGenesisBlock } from './genesis.js'
export { createEmbeddedEngine, type EmbeddedEngineOptions } from './openEngine.js'
export type { KeptStates, PruneReport } from './prune/prune.js'
export { SnapshotReader, SnapshotWriter } from './snapshot/file.js'
export { isVacant, SnapshotImport } from './snapshot/importer.js'
export { makeFile } from './snapshot/newFile.js'
export {
  readSnapshot,
  type SnapshotContent,
  type SnapshotHeader,
  type SnapshotSink,
  type SnapshotWork,
  writeSnapshot,
} from './snapshot/snapshot.js'
export type { Phase, PhaseListener } from './stopwatch.js'
export { bringForward } from './store/layout.js'
export { StoredChain } from './store/stored.js'
