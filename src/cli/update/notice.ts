import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configPath, readConfig } from '../config.js'
import { isTerminal } from '../streams.js'
import { isNewer, readUpdateCache, updatePath, writeUpdateCache } from './cache.js'

const DAY_MS = 24 * 60 * 60 * 1000

/** Whether a person is there to read a line about a new version, and did not turn it off in the environment. */
export function mayTellOfUpdate(env: NodeJS.ProcessEnv = process.env): boolean {
  const { CI, METIS_SEQ_NO_UPDATE_NOTICE } = env
  return isTerminal(process.stderr) && !METIS_SEQ_NO_UPDATE_NOTICE && (!CI || CI === 'false')
}

/**
 * Says on stderr when a newer version is known, and lets another process ask the registry, at most once a day. Nothing here waits
 * for the network; whatever goes wrong is left for the next day.
 * @param root the `import.meta.url` of the file in `bin`
 */
export async function tellOfUpdate(root: string, now = Date.now()): Promise<void> {
  try {
    if ((await readConfig(configPath())).get('update-notice') === 'false') return
    const path = updatePath()
    const cache = await readUpdateCache(path)
    const { version } = JSON.parse(await readFile(new URL('../package.json', root), 'utf8')) as { version: string }
    if (cache?.latest && isNewer(cache.latest, version)) process.stderr.write(`${line(cache.latest, version)}\n`)
    if (cache !== undefined && Math.abs(now - cache.askedAt) < DAY_MS) return
    // Written first: where it cannot be written nobody is asked, rather than with every command.
    await writeUpdateCache(path, { askedAt: now, latest: cache?.latest ?? null })
    askInBackground(path)
  } catch {
    // The command itself is done; a line about a new version is never worth an error.
  }
}

function line(latest: string, version: string): string {
  return `metis-seq ${latest} is out, this is ${version}: \`npm install -g metis-seq@${latest}\`. \`metis-seq config set update-notice false\` ends this line.`
}

/** In a session of its own and with no stream of ours, so that neither waits for the other. */
function askInBackground(path: string): void {
  const program = fileURLToPath(new URL('./ask.js', import.meta.url))
  const child = spawn(process.execPath, [program, path], { cwd: dirname(path), detached: true, stdio: 'ignore' })
  child.on('error', () => {}) // no process can be had: another day
  child.unref()
}
