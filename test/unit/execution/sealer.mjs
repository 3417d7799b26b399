import { runnerImport } from 'vite'

const { module } = await runnerImport('./test/unit/execution/sealer.ts')
await module.seal(process.argv[2])
