export { EthereumjsChain, type Executed } from './chain.js'
export { loadPointEvaluation } from './kzg.js'
