// The process that is killed: node sealer.mjs DIRECTORY SEED
import { runnerImport } from 'vite'

const { module } = await runnerImport('./test/support/kill/sealer.ts')
await module.seal(process.argv[2], Number(process.argv[3]))
