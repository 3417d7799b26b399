import {
  bytesToHex,
  fromBigEndian,
  hexQuantity,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpInteger,
  rlpList,
} from '../../../core/codec/index.js'
import type { Block } from '../../../core/ports/execution.js'

type Kind = 'data' | 'quantity'

/** Fields of a header in the order of its RLP (yellow paper 4.4.1, EIP-1559, 4399, 4895, 4844, 4788, 7685), by their JSON names. */
const FIELDS: readonly (readonly [name: string, kind: Kind])[] = [
  ['parentHash', 'data'],
  ['sha3Uncles', 'data'],
  ['miner', 'data'],
  ['stateRoot', 'data'],
  ['transactionsRoot', 'data'],
  ['receiptsRoot', 'data'],
  ['logsBloom', 'data'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'data'],
  ['mixHash', 'data'],
  ['nonce', 'data'],
  ['baseFeePerGas', 'quantity'],
  ['withdrawalsRoot', 'data'],
  ['blobGasUsed', 'quantity'],
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'data'],
  ['requestsHash', 'data'],
]

const fail = malformed('BLOCK_MALFORMED', 'stored block')

function parts({ encoded }: Block): RlpItem[] {
  return rlpList(rlpDecode(encoded, fail), 4, 'a block', fail)
}

/** The header of `block` as JSON, all of it read from its bytes. */
export function headerJson(block: Block): Record<string, string> {
  const items = rlpList(parts(block)[0], FIELDS.length, 'the header', fail)
  const json: Record<string, string> = { hash: block.hash }
  FIELDS.forEach(([name, kind], i) => {
    const bytes = rlpBytes(items[i], name, fail)
    json[name] = kind === 'data' ? bytesToHex(bytes) : hexQuantity(fromBigEndian(bytes))
  })
  return json
}

const texts = new WeakMap<Block, string>()

/** As `headerJson`, written; once a block, however many ask for it. */
export function headerText(block: Block): string {
  const known = texts.get(block)
  if (known !== undefined) return known
  const text = JSON.stringify(headerJson(block))
  texts.set(block, text)
  return text
}

/** The withdrawals of `block` as JSON; amounts in gwei (EIP-4895). */
export function withdrawalsJson(block: Block): Record<string, string>[] {
  const items = parts(block)[3]
  if (!Array.isArray(items)) throw fail('its withdrawals are not a list')
  return items.map((item) => {
    const [index, validator, address, amount] = rlpList(item, 4, 'a withdrawal', fail)
    return {
      index: hexQuantity(rlpInteger(index, 'index', fail)),
      validatorIndex: hexQuantity(rlpInteger(validator, 'validatorIndex', fail)),
      address: bytesToHex(rlpBytes(address, 'address', fail)),
      amount: hexQuantity(rlpInteger(amount, 'amount', fail)),
    }
  })
}
