// The bill of materials (CycloneDX 1.5) of the package: made of the lockfiles alone, so that it is the same on every machine.
// `npm sbom --omit dev` leaves out what packages for development need as well, the program's own ws and @noble/hashes among it.
import { neededBy, shipped } from './lockfile.mjs'

const ENGINES = { evm: 'The execution engine', threshold: 'The engine of threshold signatures' }

/**
 * @param {{ manifest: object, lock: object, crates: object[], wasm: object }} parts `wasm` is wasm/NAME.json by name
 * @returns {object}
 */
export function billOf({ manifest, lock, crates, wasm }) {
  const packages = shipped(lock)
  const root = npmRef(manifest.name, manifest.version)
  const engines = Object.entries(wasm).map(([part, { wasm: content }]) => ({
    type: 'library',
    'bom-ref': `wasm/${part}.wasm`,
    name: `${part}.wasm`,
    description: `${ENGINES[part]}, in the package as it is; docs/building-engines.md says how to build the same bytes.`,
    hashes: [{ alg: 'SHA-256', content }],
    components: crates.filter((each) => each.engines.includes(part)).map((crate) => crateComponent(part, crate)),
  }))
  const refs = new Map(packages.map(({ path, name, version }) => [path, npmRef(name, version)]))
  const needs = new Map([
    [
      root,
      new Set([
        ...engines.map((engine) => engine['bom-ref']),
        ...neededBy(lock, '').flatMap((place) => refs.get(place) ?? []),
      ]),
    ],
  ])
  for (const { path } of packages) {
    const ref = refs.get(path)
    const found = neededBy(lock, path).flatMap((place) => refs.get(place) ?? [])
    needs.set(ref, new Set([...(needs.get(ref) ?? []), ...found]))
  }
  const components = new Map(packages.map((each) => [refs.get(each.path), npmComponent(each)]))
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': root,
        name: manifest.name,
        version: manifest.version,
        purl: root,
        licenses: [{ license: { id: manifest.license } }],
      },
    },
    components: [...[...components].sort(byRef).map(([, component]) => component), ...engines],
    dependencies: [...needs].sort(byRef).map(([ref, all]) => ({ ref, dependsOn: [...all].sort() })),
  }
}

function npmComponent({ name, version, license, integrity, optional }) {
  const ref = npmRef(name, version)
  const hashes = integrity === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }] }
  const scope = optional ? 'optional' : 'required'
  return {
    type: 'library',
    'bom-ref': ref,
    name,
    version,
    scope,
    ...hashes,
    licenses: [{ expression: license }],
    purl: ref,
  }
}

/** One crate may be in several engines; each is named once. */
function crateComponent(part, { name, version, license, checksum }) {
  const purl = `pkg:cargo/${name}@${version}`
  const licenses = [{ expression: license.replaceAll('/', ' OR ') }]
  return {
    type: 'library',
    'bom-ref': `wasm/${part}.wasm ${purl}`,
    name,
    version,
    hashes: [{ alg: 'SHA-256', content: checksum }],
    licenses,
    purl,
  }
}

function npmRef(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function hexOf(integrity) {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
}

function byRef([a], [b]) {
  return a < b ? -1 : 1
}
