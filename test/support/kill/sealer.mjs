// The process that is killed: node sealer.mjs DIRECTORY SEED [KEEP]
import { runnerImport } from 'vite'

const { module } = await runnerImport('./test/support/kill/sealer.ts')
const [, , directory, seed, keep] = process.argv
await module.seal(directory, Number(seed), keep && Number(keep))
