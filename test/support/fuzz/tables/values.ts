import { HDNodeWallet, Mnemonic } from 'ethers'
import { contractAddress, wholeNumber } from '../../../../src/cli/contractsFile.js'
import { assertNetworkName } from '../../../../src/cli/networks.js'
import { chainOf } from '../../../../src/cli/registry.js'
import { parseStateHistory } from '../../../../src/cli/stateHistory.js'
import { parseAddress, parseWhole } from '../../../../src/cli/values.js'
import { checksumAddress, malformed } from '../../../../src/core/codec/index.js'
import { formatMetis, parseMetis } from '../../../../src/core/staking/amount.js'
import { parsePublicKey } from '../../../../src/core/staking/publicKey.js'
import { requestTo } from '../../../../src/l1/client.js'
import { assertKeyName } from '../../../../src/signers/keystore.js'
import { parseEndpoint } from '../../../../src/signers/ledger/endpoint.js'
import { parsePath } from '../../../../src/signers/ledger/path.js'
import { privateKeyOfText } from '../../../../src/signers/secretText.js'
import { wallet } from '../../../unit/execution/support.js'
import { type Decoder, textDecoder } from '../decoder.js'

const PHRASE = 'test test test test test test test test test test test junk'
const fail = malformed('VALUE_INVALID', 'value')
const weight = 0.5

/** What people type: flags, arguments, secrets. */
export const valueDecoders: readonly Decoder[] = [
  textDecoder({
    name: 'whole number',
    form: 'text',
    covers: ['src/cli/values.ts#parseWhole'],
    weight,
    samples: () => ['0', '20000', '9'.repeat(78)],
    decode: (text) => parseWhole(text, '--amount'),
  }),
  textDecoder({
    name: 'address',
    form: 'text',
    covers: ['src/cli/values.ts#parseAddress'],
    weight,
    samples: () => [wallet(0).address, wallet(1).address.toLowerCase()],
    decode: (text) => {
      const address = parseAddress(text, '--owner')
      if (text !== text.toLowerCase() && /[a-f]/.test(text.slice(2)) && checksumAddress(address) !== text)
        throw new Error('took an address whose checksum is wrong')
      return address
    },
  }),
  textDecoder({
    name: 'amount',
    form: 'text',
    covers: ['src/core/staking/amount.ts#parseMetis'],
    weight,
    samples: () => ['20000', '0.5', '20000.000000000000000001'],
    decode: (text) => {
      const wei = parseMetis(text)
      if (parseMetis(formatMetis(wei)) !== wei) throw new Error('an amount is shown as another')
      return wei
    },
  }),
  textDecoder({
    name: 'public key as typed',
    form: 'text',
    covers: ['src/core/staking/publicKey.ts#parsePublicKey'],
    weight: 0.2,
    samples: () => {
      const { publicKey } = wallet(0).signingKey
      return [publicKey, publicKey.slice(2), `0x${publicKey.slice(4)}`]
    },
    decode: parsePublicKey,
  }),
  textDecoder({
    name: 'derivation path',
    form: 'text',
    covers: ['src/signers/ledger/path.ts#parsePath'],
    weight,
    samples: () => ["m/44'/60'/0'/0/0", '44h/60h/0h/0/7', "44'/60'/2147483647'"],
    decode: (text) => {
      const path = parsePath(text)
      if (parsePath(path) !== path) throw new Error('the usual form has another one')
      return path
    },
  }),
  textDecoder({
    name: 'place of a Ledger',
    form: 'text',
    covers: ['src/signers/ledger/endpoint.ts#parseEndpoint'],
    weight,
    samples: () => ['usb', 'speculos://127.0.0.1:9999', 'speculos://[::1]:40000/'],
    decode: parseEndpoint,
  }),
  textDecoder({
    name: 'private key or phrase',
    form: 'text',
    covers: ['src/signers/secretText.ts#privateKeyOfText'],
    weight: 0.05,
    secret: true,
    // A phrase that holds costs 2,048 rounds of a hash, on purpose.
    limit: 1000,
    samples: () => [
      wallet(3).privateKey,
      '5a'.repeat(32),
      PHRASE,
      HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE)).privateKey,
    ],
    decode: (text) => privateKeyOfText(text),
  }),
  textDecoder({
    name: 'path of a phrase',
    form: 'text',
    covers: [],
    weight: 0.02,
    limit: 1000,
    samples: () => ["m/44'/60'/0'/0/0", "m/44'/60'/0'"],
    decode: (text) => privateKeyOfText(PHRASE, text),
  }),
  textDecoder({
    name: 'history of states',
    form: 'text',
    covers: ['src/cli/stateHistory.ts#parseStateHistory'],
    weight,
    samples: () => ['all', '8192'],
    decode: parseStateHistory,
  }),
  textDecoder({
    name: 'names of keys, networks and lists',
    form: 'text',
    covers: ['src/cli/registry.ts#chainOf'],
    weight,
    samples: () => ['validator-1', 'a'],
    decode: (text) => {
      chainOf(text, undefined)
      assertKeyName(text)
      assertNetworkName(text, ['andromeda'])
    },
  }),
  textDecoder({
    name: 'contract and chain of a file',
    form: 'json',
    covers: ['src/cli/contractsFile.ts#contractAddress', 'src/cli/contractsFile.ts#wholeNumber'],
    weight,
    samples: () => [`["${wallet(0).address}", 1088]`, `[{ "address": "${wallet(0).address}" }, "59902"]`],
    decode: (text) => {
      const [address, chain] = pair(text)
      const id = wholeNumber(chain, 'chain', fail)
      if (typeof chain === 'number' ? BigInt(chain) !== id || !Number.isSafeInteger(chain) : typeof chain !== 'string')
        throw new Error('took a number that is none')
      return contractAddress(address, 'pool', fail)
    },
  }),
  textDecoder({
    name: 'endpoint',
    form: 'text',
    covers: [],
    weight,
    samples: () => ['https://node.example/key', 'http://127.0.0.1:8545'],
    decode: (text) => requestTo(text).url,
  }),
]

function pair(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return value
  } catch {
    // falls through
  }
  throw fail('it is no pair')
}
