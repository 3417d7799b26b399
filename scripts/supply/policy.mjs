// What may come into the package. A change here is a decision: say why beside it.

export const REGISTRY = 'https://registry.npmjs.org/'

/** Packages with a script that npm would run at their installation, and why it need not run. `allowScripts` names the same. */
export const INSTALL_SCRIPTS = {
  '@foundry-rs/anvil': 'looks for its binary, which comes as a package of its own and is started by its path',
  '@foundry-rs/forge': 'looks for its binary, which comes as a package of its own and is started by its path',
  'classic-level': 'chooses or compiles its binary; the prebuilt one is found when it is loaded',
  keccak: 'chooses or compiles its binary; without one it computes in JavaScript',
  'node-hid': 'chooses or compiles its binary; the prebuilt one is found when it is loaded',
  secp256k1: 'chooses or compiles its binary; the prebuilt one is found when it is loaded',
}

/** Packages without a checksum, and why (docs/adr/0005). Nothing here runs on a platform that is tested. */
const KZG = '@crate-crypto/node-eth-kzg'
export const WITHOUT_CHECKSUM = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'win32-arm64-msvc',
  'win32-x64-msvc',
].map(
  (platform) => `${KZG}-${platform}`, // named by the package, and not on the registry
)

/** Licences (SPDX) of what is distributed or installed with the package: none asks more than that its text is kept. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unicode-3.0',
  'Unlicense',
  'X11',
  'Zlib',
])

/**
 * Whether a licence expression (SPDX, or cargo's old `A/B`) can be met by licences of the list.
 * @param {string | undefined} expression
 */
export function isAllowed(expression) {
  if (typeof expression !== 'string') return false
  const words = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? []
  const met = either(words)
  return words.length === 0 && met
}

function either(words) {
  let met = both(words)
  while (words[0] === 'OR') met = both(words.splice(0, 1) && words) || met
  return met
}

function both(words) {
  let met = one(words)
  while (words[0] === 'AND') met = one(words.splice(0, 1) && words) && met
  return met
}

function one(words) {
  const word = words.shift()
  if (word !== '(') return LICENCES.has(word)
  const met = either(words)
  return words.shift() === ')' && met
}
