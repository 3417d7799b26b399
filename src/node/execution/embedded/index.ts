export { createEmbeddedEngine, type EmbeddedEngineOptions } from './engine.js'
export { type GenesisBlockFields, makeGenesisBlock } from './genesis.js'
export type { Phase, PhaseListener } from './stopwatch.js'
