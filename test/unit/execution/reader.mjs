// Reads once from a chain and closes nothing: the process has to end all the same. Prints what was read.
import { runnerImport } from 'vite'

const { module } = await runnerImport('./test/unit/execution/oneRead.ts', { configFile: false })
console.log(await module.readOnce(process.argv[2]))
