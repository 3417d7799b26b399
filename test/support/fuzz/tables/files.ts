import { gzipSync } from 'node:zlib'
import { parseBlockFile } from '../../../../src/cli/batch/blockFile.js'
import { readBlockFile, readBytes } from '../../../../src/cli/batch/files.js'
import { decodeFile } from '../../../../src/cli/batch/formats.js'
import { readConfig } from '../../../../src/cli/config.js'
import { readContractsFile } from '../../../../src/cli/contractsFile.js'
import { parseJson, readInput, readJson } from '../../../../src/cli/input.js'
import { knownNetworks } from '../../../../src/cli/networks.js'
import { readPicture } from '../../../../src/cli/picture.js'
import { readOneRecord, readRecords } from '../../../../src/cli/registry.js'
import { readUpdateCache } from '../../../../src/cli/update/cache.js'
import { parseValidators } from '../../../../src/cli/validators.js'
import { encodeLiveSpan } from '../../../../src/core/batching/live/span.js'
import { keccak256, malformed } from '../../../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf } from '../../../../src/core/consensus/crypto.js'
import { networkIdOf } from '../../../../src/core/consensus/digest.js'
import {
  decodeGuardRecord,
  encodeGuardRecord,
  readGuardExport,
  writeGuardExport,
} from '../../../../src/core/guard/document.js'
import { begunGuard, type GuardExport } from '../../../../src/core/guard/guard.js'
import { documentOf, readSignedFile, readUnsigned } from '../../../../src/core/staking/offline/read.js'
import { decodeUnsigned, encodeUnsigned } from '../../../../src/core/staking/offline/unsigned.js'
import { checkRecord, recordProblems } from '../../../../src/core/staking/record.js'
import { reportRecords } from '../../../../src/core/staking/registration/registry.js'
import { parseDescriptor, readDescriptor } from '../../../../src/devnet/descriptor.js'
import { checkVersion } from '../../../../src/devnet/folder.js'
import { readGenesis } from '../../../../src/devnet/genesisFile.js'
import { readPassword } from '../../../../src/devnet/passwords.js'
import { formatEntry, parseEntry } from '../../../../src/l1/journal/entry.js'
import { fileJournal } from '../../../../src/l1/journal/file.js'
import { recordsOf } from '../../../../src/l1/journal/records.js'
import { chainId, checks, liveBlocks, vectors } from '../../../unit/batching/vectors.js'
import { genesisOf } from '../../../unit/consensus/network.js'
import { bytesDecoder, type Decoder, textDecoder } from '../decoder.js'
import { triedFile, triedFolder } from '../place.js'
import { hashOf } from '../scene.js'
import { parsed } from './consensus.js'

const fail = malformed('INPUT_INVALID', 'file')
const json = (value: unknown) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each))
const address = (digit: string) => `0x${digit.repeat(40)}`
/** What goes through a file takes a write and a read. */
const weight = 0.05

/** What a devnet says of itself. */
export function descriptorText(): string {
  const key = { address: address('1'), privateKey: `0x${'2'.repeat(64)}` }
  const contracts = ['metis', 'lockingInfo', 'lockingPool', 'bridge', 'stateCommitmentChain', 'inbox', 'sequencerSet']
  const node = {
    index: 0,
    address: address('5'),
    stake: '20000',
    state: 'running',
    rpc: 'a',
    ws: 'b',
    rest: 'c',
    metrics: 'd',
  }
  return json({
    version: 1,
    l1: { url: 'http://127.0.0.1:8545', chainId: 31337 },
    l2: { chainId: 1001 },
    contracts: Object.fromEntries(contracts.map((name) => [name, address('a')])),
    group: address('4'),
    admin: key,
    nodes: [node],
    spare: { index: 4, address: address('6'), publicKey: `0x${'7'.repeat(128)}`, keystore: '/k', passwordFile: '/p' },
    accounts: [key],
  })
}

const pubkey = publicKeyOf(new Uint8Array(32).fill(9))
const record = () => ({
  name: 'Alpha',
  avatar: '{BASEDIR}/assets/Alpha_1.png',
  desc: 'A sequencer.',
  address: address('c'),
  seq_addr: addressOfPublicKey(pubkey),
  pubkey,
  url: 'https://alpha.example',
})
const unsigned = encodeUnsigned({
  chainId: 1n,
  nonce: 7,
  to: `0x${'7'.repeat(40)}`,
  value: 5n,
  data: '0xabcd',
  gasLimit: 90_000n,
  maxFeePerGas: 10n,
  maxPriorityFeePerGas: 1n,
})
const offline = () => [
  json({
    kind: 'unsigned',
    version: 1,
    network: 'sepolia',
    chainId: '1',
    from: address('1'),
    transactions: [{ title: 'lock', nonce: 7, unsigned }],
  }),
  json({
    kind: 'signed',
    version: 1,
    network: 'sepolia',
    chainId: 1,
    from: address('1'),
    transactions: [{ title: 'lock', raw: unsigned }],
  }),
]
const lines = () => [
  formatEntry(
    {
      event: 'signed',
      hash: keccak256(Buffer.from(unsigned.slice(2), 'hex')),
      chainId: 1n,
      network: 'sepolia',
      from: `0x${'1'.repeat(40)}`,
      nonce: 7,
      title: 'lock',
      raw: unsigned,
    },
    new Date(0),
  ),
  formatEntry({ event: 'mined', hash: hashOf('a'), block: 5, status: 'success' }, new Date(0)),
  formatEntry({ event: 'replaced', hash: hashOf('a'), by: hashOf('b') }, new Date(0)),
  formatEntry({ event: 'refused', hash: hashOf('a'), reason: 'no' }, new Date(0)),
  formatEntry({ event: 'torn' }, new Date(0)),
]
const few = () => ({
  ...vectors,
  blocks: vectors.blocks.slice(0, 2),
  parentCheck: checks.parentCheck,
  l1OriginCheck: checks.l1OriginCheck,
  l1Hashes: undefined,
})
const span = () => encodeLiveSpan({ blocks: liveBlocks.slice(0, 3), ...checks }, { chainId, parity: 'plain' })
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAIAAAACAAQAAAADrRVxmAAAAGElEQVR4nGP4DwYMo4xRxihjlDHKGGUAAPQlf4Gkb8i6AAAAAElFTkSuQmCC',
  'base64',
)
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128"/></svg>\n'

/** Reads a file whose content is tried. */
function fileDecoder(
  name: string,
  covers: readonly string[],
  samples: () => readonly string[],
  read: (path: string) => Promise<unknown>,
  file = 'tried.json',
): Decoder {
  const decode = async (text: string) => read(await triedFile(file, text))
  return textDecoder({ name, form: 'json', covers, weight, samples, decode })
}

const guard: GuardExport = {
  networkId: hashOf('network'),
  address: addressOfPublicKey(pubkey),
  floor: { term: 3, number: 12 },
  last: { term: 3, number: 12, hash: hashOf('block') },
  lineage: [`0x${'1'.repeat(32)}`],
}

/** Files that commands read. */
export const fileDecoders: readonly Decoder[] = [
  textDecoder({
    name: 'guard that was exported',
    form: 'json',
    covers: ['src/core/guard/document.ts#readGuardExport'],
    samples: () => [writeGuardExport(guard), writeGuardExport({ ...guard, floor: null, last: null, lineage: [] })],
    decode: (text) => readGuardExport(text, 'guard.json'),
  }),
  textDecoder({
    name: 'record of a guard',
    form: 'json',
    covers: ['src/core/guard/document.ts#decodeGuardRecord'],
    samples: () => [
      encodeGuardRecord({ ...begunGuard(guard.address, guard.floor), lineage: guard.lineage, moved: true }),
      encodeGuardRecord(begunGuard(guard.address, null)),
    ],
    decode: decodeGuardRecord,
    encode: encodeGuardRecord,
  }),
  textDecoder({
    name: 'descriptor of a devnet',
    form: 'json',
    covers: ['src/devnet/descriptor.ts#parseDescriptor'],
    samples: () => [descriptorText()],
    decode: (text) => parseDescriptor(text, 'devnet.json'),
  }),
  fileDecoder(
    'devnet in its folder',
    ['src/devnet/descriptor.ts#readDescriptor'],
    () => [descriptorText()],
    () => readDescriptor(triedFolder()),
    'devnet.json',
  ),
  fileDecoder(
    'version of a folder',
    ['src/devnet/folder.ts#checkVersion'],
    () => ['2'],
    () => checkVersion(triedFolder()),
    'version',
  ),
  textDecoder({
    name: 'password of a node',
    form: 'text',
    covers: ['src/devnet/passwords.ts#readPassword'],
    weight,
    secret: true,
    samples: () => [`${'5a'.repeat(32)}\n`],
    decode: async (text) => readPassword(await triedFile('password', text)),
  }),
  fileDecoder(
    'genesis',
    ['src/devnet/genesisFile.ts#readGenesis', 'src/core/genesis/parse.ts#parseGenesis'],
    () => [json(genesisOf())],
    async (path) => {
      const genesis = await readGenesis(path)
      return genesis && networkIdOf(genesis)
    },
  ),
  fileDecoder(
    'config',
    ['src/cli/config.ts#readConfig'],
    () => [json({ version: 1, 'rpc-url': 'https://a.example', timeout: 5, yes: true })],
    readConfig,
  ),
  fileDecoder(
    'networks',
    [],
    () => [
      json({
        version: 2,
        networks: [
          {
            name: 'mine',
            l1ChainId: '1',
            l2ChainId: '59902',
            contracts: {
              metis: address('1'),
              lockingInfo: address('2'),
              lockingPool: address('3'),
              bridge: address('4'),
            },
          },
        ],
        endpoints: { mine: { rpcUrl: 'https://a.example', secondRpcUrl: null, l2RpcUrl: null } },
      }),
      json({
        version: 1,
        networks: [
          {
            name: 'mine',
            rpcUrl: 'https://a.example',
            l1ChainId: 1,
            l2ChainId: 2,
            contracts: {
              metis: address('1'),
              lockingInfo: address('2'),
              lockingPool: address('3'),
              bridge: address('4'),
            },
          },
        ],
      }),
    ],
    async (path) => {
      const before = process.env.METIS_SEQ_CONFIG
      process.env.METIS_SEQ_CONFIG = path.replace(/networks\.json$/, 'config.json')
      try {
        return await knownNetworks()
      } finally {
        if (before === undefined) delete process.env.METIS_SEQ_CONFIG
        else process.env.METIS_SEQ_CONFIG = before
      }
    },
    'networks.json',
  ),
  fileDecoder(
    'contracts',
    ['src/cli/contractsFile.ts#readContractsFile'],
    () => [json({ contracts: { LOCKING_POOL_PROXY: address('1'), metis: { address: address('2') } }, l1ChainId: 1 })],
    readContractsFile,
  ),
  fileDecoder(
    'records',
    [
      'src/cli/registry.ts#readRecords',
      'src/cli/registry.ts#readOneRecord',
      'src/cli/input.ts#readJson',
      'src/cli/input.ts#parseJson',
      'src/cli/input.ts#readInput',
    ],
    () => [json([record()])],
    async (path) => {
      await readInput(path)
      parseJson(path, String(await readInput(path)), 'Give one.')
      await readJson(path, 'Give one.')
      await readOneRecord(path)
      return reportRecords(await readRecords(path))
    },
  ),
  textDecoder({
    name: 'record of a sequencer',
    form: 'json',
    covers: [
      'src/core/staking/record.ts#checkRecord',
      'src/core/staking/record.ts#recordProblems',
      'src/core/staking/registration/registry.ts#reportRecords',
    ],
    samples: () => [json(record()), json({ ...record(), lst_name: 'aMetis', lst_url: 'https://lst.example' })],
    decode: (text) => {
      const value = parsed(text)
      reportRecords([value, value])
      const problems = recordProblems(value)
      if (problems.length > 0) throw fail(problems.join(' '))
      return checkRecord(value as never)
    },
  }),
  textDecoder({
    name: 'transactions to sign or to send',
    form: 'json',
    covers: [
      'src/core/staking/offline/read.ts#readUnsigned',
      'src/core/staking/offline/read.ts#readSignedFile',
      'src/core/staking/offline/read.ts#documentOf',
    ],
    samples: offline,
    decode: (text) => {
      const value = documentOf(text)
      return text.includes('"signed"') ? readSignedFile(value, fail) : readUnsigned(value, fail)
    },
  }),
  bytesDecoder({
    name: 'unsigned transaction',
    covers: ['src/core/staking/offline/unsigned.ts#decodeUnsigned'],
    samples: () => [Buffer.from(unsigned.slice(2), 'hex')],
    decode: (bytes) => decodeUnsigned(bytes, fail),
    encode: (transaction) => Buffer.from(encodeUnsigned(transaction).slice(2), 'hex'),
  }),
  textDecoder({
    name: 'line of the journal',
    form: 'json',
    covers: ['src/l1/journal/entry.ts#parseEntry'],
    samples: lines,
    decode: (text) => recordsOf([parseEntry(parsed(text), fail)]),
  }),
  textDecoder({
    name: 'journal',
    form: 'text',
    covers: ['src/l1/journal/file.ts#fileJournal'],
    weight,
    samples: () => [lines().join(''), `${lines().join('')}{"event":`],
    decode: async (text) => fileJournal(await triedFile('journal.jsonl', text), () => 0).read(),
  }),
  textDecoder({
    name: 'validators',
    form: 'json',
    covers: ['src/cli/validators.ts#parseValidators'],
    samples: () => [
      json([
        { id: 1, signer: address('1'), power: 20000 },
        { id: 2, signer: address('2'), power: '5' },
      ]),
    ],
    decode: (text) => parseValidators('validators.json', parsed(text)),
  }),
  textDecoder({
    name: 'file of blocks',
    form: 'json',
    covers: ['src/cli/batch/blockFile.ts#parseBlockFile'],
    weight: 0.3,
    samples: () => [json(few())],
    decode: (text) => parseBlockFile('blocks.json', parsed(text)),
  }),
  bytesDecoder({
    name: 'gzipped file of blocks',
    covers: ['src/cli/batch/files.ts#readBlockFile'],
    weight,
    limit: 500,
    samples: () => [gzipSync(json(few())), Buffer.from(json(few()))],
    decode: async (bytes) => readBlockFile(await triedFile('blocks', bytes)),
  }),
  bytesDecoder({
    name: 'file of a batch',
    covers: ['src/cli/batch/formats.ts#decodeFile', 'src/cli/batch/files.ts#readBytes'],
    weight,
    limit: 500,
    samples: () => [span(), Buffer.from(`0x${Buffer.from(span()).toString('hex')}\n`), gzipSync(span())],
    decode: async (bytes) => {
      const content = await readBytes(await triedFile('batch', bytes))
      return decodeFile('batch', content, { parity: 'plain', chainId }).format
    },
  }),
  bytesDecoder({
    name: 'picture',
    covers: ['src/cli/picture.ts#readPicture'],
    weight: 0.3,
    samples: () => [PNG, Buffer.from(SVG)],
    decode: async (bytes) => readPicture(await triedFile(bytes[0] === 0x3c ? 'picture.svg' : 'picture.png', bytes)),
  }),
  fileDecoder(
    'what is known of updates',
    ['src/cli/update/cache.ts#readUpdateCache'],
    () => [json({ version: 1, askedAt: 5, latest: '1.2.3' })],
    readUpdateCache,
  ),
]
