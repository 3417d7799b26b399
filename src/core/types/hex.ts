import type { Hex } from '../codec/hex.js'

export type { Hex }
/** 20 bytes, lower case. */
export type Address = Hex
/** 32 bytes, lower case. */
export type Hash = Hex
