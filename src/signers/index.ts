export * from './keystore.js'
export type { Strength } from './keystoreV3.js'
export * from './localSigner.js'
export * from './password.js'
