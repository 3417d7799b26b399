import { paramsBlock } from '@ethereumjs/block'
import { Common, Hardfork, Mainnet, type ParamsDict } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import secp256k1 from 'secp256k1'
import { pointEvaluation } from './kzg.js'

/** The rules of our chains for ethereumjs: Prague until a chain says otherwise, native key recovery, a verifier for EIP-4844's precompile. */
export function chainCommon(chainId: number): Common {
  return new ChainCommon(chainId)
}

const TABLES: readonly ParamsDict[] = [paramsEVM, paramsVM, paramsBlock, paramsTx]

/** The library merges its tables of gas costs anew for every transaction and block, a tenth of a block's time: once is enough. */
class ChainCommon extends Common {
  readonly merged: boolean

  constructor(chainId: number) {
    const chain = { ...Mainnet, chainId, name: `metis-seq-${chainId}` }
    super({ chain, hardfork: Hardfork.Prague, customCrypto: { ecrecover, kzg: pointEvaluation } })
    this.merged = false
    for (const table of TABLES) this.updateParams(table)
    this.merged = true
  }

  override updateParams(params: ParamsDict): void {
    if (!this.merged || !TABLES.includes(params)) super.updateParams(params)
  }
}

/** Public key (64 bytes) that signed `digest`. @throws Error where there is none. */
function ecrecover(digest: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array, chainId?: bigint): Uint8Array {
  const parity = recoveryOf(v, chainId)
  if (parity !== 0n && parity !== 1n) throw new Error(`v is ${v}`)
  const signature = new Uint8Array(64)
  signature.set(r, 32 - r.length)
  signature.set(s, 64 - s.length)
  return secp256k1.ecdsaRecover(signature, Number(parity), digest, false).subarray(1)
}

function recoveryOf(v: bigint, chainId: bigint | undefined): bigint {
  if (v === 0n || v === 1n) return v
  return chainId === undefined ? v - 27n : v - 35n - 2n * chainId
}
