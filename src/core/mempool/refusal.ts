import { Exit, MetisSeqError } from '../errors/index.js'

/** Why a transaction is not taken, with the words that wallets look for in the message (go-ethereum's). */
const TEXTS = {
  TX_ALREADY_KNOWN: ['already known', 'It waits in the pool already: wait for its receipt.'],
  TX_CHAIN_ID: ['invalid chain id for signer', "Sign it for this network's chain id."],
  TX_UNPROTECTED: [
    'only replay-protected (EIP-155) transactions allowed over RPC',
    'Sign it with the chain id, so that it cannot be replayed on another network.',
  ],
  TX_TOO_LARGE: ['oversized data', 'Split the call into smaller transactions.'],
  TX_INITCODE_TOO_LARGE: ['max initcode size exceeded', 'Split the contract (EIP-3860).'],
  TX_GAS_LIMIT: ['exceeds block gas limit', 'Lower the gas limit of the transaction.'],
  TX_INTRINSIC_GAS: ['intrinsic gas too low', 'Raise the gas limit; eth_estimateGas tells how much is needed.'],
  TX_FLOOR_GAS: [
    'insufficient gas for floor data gas cost',
    'Raise the gas limit; call data has a price of its own (EIP-7623).',
  ],
  TX_TIP_ABOVE_CAP: [
    'max priority fee per gas higher than max fee per gas',
    'Lower the priority fee or raise the fee cap.',
  ],
  TX_UNDERPRICED: ['transaction underpriced', 'Raise the fee; eth_gasPrice tells the current one.'],
  TX_REPLACEMENT_UNDERPRICED: [
    'replacement transaction underpriced',
    'Raise both the fee cap and the priority fee of the replacement.',
  ],
  TX_NONCE_TOO_LOW: ['nonce too low', 'Ask eth_getTransactionCount with "pending" and sign again.'],
  TX_NONCE_TOO_HIGH: ['nonce too high', 'Send the transactions that come before it first.'],
  TX_INSUFFICIENT_FUNDS: [
    'insufficient funds for gas * price + value',
    'Fund the account, or lower value, gas or fee.',
  ],
  TX_AUTHORIZATIONS: ['too many authorizations', 'Spread the authorizations over several transactions.'],
  TX_AUTHORITY_RESERVED: [
    'authority already reserved',
    'Wait until the transactions of the account that authorizes are included, or send one of its own at a time.',
  ],
  TX_DELEGATED_LIMIT: [
    'in-flight transaction limit reached for delegated accounts',
    'Wait until the transaction that waits is included: others may change nonce and balance of a delegated account.',
  ],
  TX_DELEGATED_GAP: [
    'gapped-nonce tx from delegated accounts',
    "Sign it with the account's next nonce: one transaction of a delegated account may wait.",
  ],
  TX_SENDER_LIMIT: ['account limit exceeded', "Wait until some of the account's transactions are included."],
  TX_POOL_FULL: ['txpool is full', 'Send it again when blocks have emptied the pool.'],
} as const satisfies Record<string, readonly [text: string, next: string]>

export type RefusalCode = keyof typeof TEXTS

/** Refusal of a transaction: the standard text, then the values. */
export function refusal(code: RefusalCode, facts: string, details: Readonly<Record<string, unknown>> = {}) {
  const [text, next] = TEXTS[code]
  return new MetisSeqError(code, `${text}: ${facts}`, { exit: Exit.reverted, severity: 'refused', next, details })
}
