import { closeAnswers } from './answers.js'
import type { Decoder } from './decoder.js'
import { removeTriedFolder } from './place.js'
import { closeScene } from './scene.js'
import { apiDecoders, closeApiRig } from './tables/api.js'
import { batchingDecoders } from './tables/batching.js'
import { chainDecoders } from './tables/chain.js'
import { consensusDecoders } from './tables/consensus.js'
import { evmDecoders } from './tables/evm.js'
import { fileDecoders } from './tables/files.js'
import { httpDecoders } from './tables/http.js'
import { l1Decoders } from './tables/l1.js'
import { signerDecoders } from './tables/signers.js'
import { closeThreshold, thresholdDecoders } from './tables/threshold.js'
import { valueDecoders } from './tables/values.js'

/** Everything in the program that takes bytes or text from outside. */
export const DECODERS: readonly Decoder[] = [
  ...chainDecoders,
  ...batchingDecoders,
  ...consensusDecoders,
  ...l1Decoders,
  ...fileDecoders,
  ...valueDecoders,
  ...signerDecoders,
  ...evmDecoders,
  ...thresholdDecoders,
  ...httpDecoders,
  ...apiDecoders,
]

/** Gives back what the table's decoders opened. */
export async function closeDecoders(): Promise<void> {
  await closeApiRig()
  await closeThreshold()
  await closeAnswers()
  await closeScene()
  removeTriedFolder()
}
