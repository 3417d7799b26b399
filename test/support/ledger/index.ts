import { EthereumApp } from './ethereumApp.js'
import { type LedgerServer, serveLedger } from './server.js'

/** An emulated Ledger with a real seed, on a free port of this machine. */
export interface EmulatedLedger extends LedgerServer {
  app: EthereumApp
}

export async function startLedger(phrase?: string): Promise<EmulatedLedger> {
  const app = new EthereumApp(phrase)
  return { ...(await serveLedger((apdu) => app.answer(apdu))), app }
}
