import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'

const span = fileURLToPath(new URL('../../test/vectors/batching/span-300.hex.gz', import.meta.url))

/**
 * What is done with the installed program, in this order. `args` may depend on what earlier steps gave, by name; `check`
 * gets what the step printed, with `--json` as a value. `before` prepares the stage for it.
 */
export const STEPS = [
  { name: 'version', args: ['--version'], check: (text) => assert.match(text, /^metis-seq\/\d/) },
  { name: 'help', args: ['--help'], check: (text) => assert.match(text, /EXIT CODES/) },
  { name: 'owner', args: ['keys', 'new', 'owner', '--json'] },
  { name: 'signer', args: ['keys', 'new', 'signer', '--json'] },
  {
    name: 'keys',
    args: ['keys', 'list', '--json'],
    check: ({ keys }, { owner, signer }) => assert.deepEqual(keys, [owner, signer]),
  },
  { name: 'shown', args: ['keys', 'show', 'owner', '--json'], check: (key, { owner }) => assert.deepEqual(key, owner) },
  {
    name: 'networks',
    args: ['networks', 'list', '--json'],
    check: ({ networks }) => assert.deepEqual(networks.map(({ name }) => name).slice(0, 2), ['andromeda', 'sepolia']),
  },
  {
    name: 'batch',
    args: ['batch', 'decode', span, '--json'],
    check: ({ format, blocks }) => assert.deepEqual([format, blocks.length], ['span', 300]),
  },
  {
    name: 'register',
    before: (stage, { owner }) => stage.fund(owner.address, 30_000),
    args: ['register', '--from', 'owner', '--signer', 'signer', '--json'],
    check: ({ whitelisted }) => assert.equal(whitelisted, true),
  },
  {
    name: 'lock',
    args: ['lock', '20000', '--from', 'owner', '--signer', 'signer', '--yes', '--json'],
    check: ({ status, sequencer }) => assert.deepEqual([status, sequencer.id], ['done', '1']),
  },
  {
    name: 'topup',
    args: ['topup', '--to', '20000.5', '--from', 'owner', '--yes', '--json'],
    check: ({ status }) => assert.equal(status, 'done'),
  },
  {
    name: 'status',
    args: ['status', '--json'],
    check: ({ sequencers }, { owner }) => {
      const found = sequencers.map(({ amount, owner, status }) => ({ amount, owner, status }))
      assert.deepEqual(found, [{ amount: '20000500000000000000000', owner: owner.address, status: 'active' }])
    },
  },
]

/**
 * What is native has to be there as a binary: secp256k1 and keccak would fall back to JavaScript without a word; and the
 * execution engine in wasm has to be in the package, and suit this Node. A program for `node --input-type=module -e`, run in the folder of the package.
 */
export const NATIVE = `
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import kzg from '@crate-crypto/node-eth-kzg'
const require = createRequire(join(process.cwd(), 'package.json'))
require('secp256k1/bindings.js')
const folder = mkdtempSync(join(tmpdir(), 'metis-seq-level-'))
const db = new ClassicLevel(folder)
await db.put('a', 'b')
if (await db.get('a') !== 'b' || typeof kzg.DasContextJs !== 'function') throw new Error('a native module does not work')
await db.close()
rmSync(folder, { recursive: true })
const engine = WebAssembly.Module.exports(await WebAssembly.compile(readFileSync('wasm/evm.wasm')))
if (!engine.some(({ name, kind }) => name === 'open' && kind === 'function')) throw new Error('wasm/evm.wasm is no engine')
`
