export { GethChain } from './chain.js'
export { findGeth } from './node.js'
