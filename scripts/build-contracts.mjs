// Compiles contracts/src with solcjs and writes contracts/artifacts/<Name>.json.
// `--check` writes nothing and fails when what is committed differs from what the sources give.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sourceDir = join(root, 'contracts/src')
const artifactDir = join(root, 'contracts/artifacts')

/** Contracts that are deployed or preset; interfaces and bases have no artifact. */
const CONTRACTS = [
  'AddressManager',
  'DiscountOracle',
  'InboxSenderManager',
  'L1Bridge',
  'LockingInfo',
  'LockingPool',
  'MetisSequencerSet',
  'MetisToken',
  'ProxyAdmin',
  'StateCommitmentChain',
  'TransparentUpgradeableProxy',
]

/** The Solidity of `contracts/src` by path, as the compiler wants it. */
export function readSources() {
  const sources = {}
  for (const entry of readdirSync(sourceDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.sol')) continue
    const path = join(entry.parentPath, entry.name)
    sources[relative(root, path).replaceAll('\\', '/')] = { content: readFileSync(path, 'utf8') }
  }
  return Object.fromEntries(Object.entries(sources).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function findImport(path) {
  const file = join(root, 'node_modules', path)
  if (!path.startsWith('@openzeppelin/') || !existsSync(file)) return { error: `not found: ${path}` }
  return { contents: readFileSync(file, 'utf8') }
}

/** Standard JSON for the compiler; the settings suit every EVM (no PUSH0) and every machine (no metadata hash). */
export function compilerInput(sources = readSources(), wanted = '*') {
  const output = ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'storageLayout']
  return {
    language: 'Solidity',
    sources,
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'paris',
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { [wanted]: { '*': output } },
    },
  }
}

/** What the compiler makes of the sources. @throws Error with what it says where they have an error, or ours a warning */
export function compileContracts(input = compilerInput()) {
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const problems = (output.errors ?? []).filter((problem) => problem.severity === 'error' || !isOpenZeppelin(problem))
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.formattedMessage).join('\n'))
  return output.contracts
}

function isOpenZeppelin(problem) {
  return problem.sourceLocation?.file.startsWith('@openzeppelin/') ?? false
}

function artifacts(contracts) {
  const byName = new Map(Object.values(contracts).flatMap((file) => Object.entries(file)))
  return CONTRACTS.map((contractName) => {
    const compiled = byName.get(contractName)
    if (compiled === undefined) throw new Error(`no contract named ${contractName} in contracts/src`)
    const { abi, evm } = compiled
    const artifact = {
      contractName,
      abi,
      bytecode: `0x${evm.bytecode.object}`,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
    }
    return { path: join(artifactDir, `${contractName}.json`), text: `${JSON.stringify(artifact, null, 2)}\n` }
  })
}

function check(files) {
  const differing = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
  const known = new Set(files.map(({ path }) => path))
  const stale = readdirSync(artifactDir).filter((name) => !known.has(join(artifactDir, name)))
  for (const { path } of differing) console.error(`differs from its source: ${relative(root, path)}`)
  for (const name of stale) console.error(`has no source: contracts/artifacts/${name}`)
  if (differing.length + stale.length > 0) {
    console.error('Run `node scripts/build-contracts.mjs` and commit the result.')
    process.exitCode = 1
  }
}

function write(files) {
  rmSync(artifactDir, { recursive: true, force: true })
  mkdirSync(artifactDir, { recursive: true })
  for (const { path, text } of files) writeFileSync(path, text)
  console.error(`${files.length} artifacts in ${relative(root, artifactDir)}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = artifacts(compileContracts())
  if (process.argv.includes('--check')) check(files)
  else write(files)
}
