import { configPath, readConfig } from './config.js'

/** The network that commands mean without `--network`: of the environment, else of the config file, else the devnet. */
export async function networkInUse(): Promise<string> {
  return process.env.METIS_SEQ_NETWORK || (await readConfig(configPath())).get('network') || 'devnet'
}
