// Recovers senders on a thread and closes nothing: the process has to end all the same. Prints how many tasks the thread had.
import { runnerImport } from 'vite'

const { module } = await runnerImport('./test/unit/execution/onThread.ts', { configFile: false })
console.log(await module.recoverOnThread())
