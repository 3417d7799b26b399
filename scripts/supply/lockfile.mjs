// The packages of package-lock.json, and what is wrong with them.
import { INSTALL_SCRIPTS, isAllowed, REGISTRY, WITHOUT_CHECKSUM } from './policy.mjs'

/** Packages by their place in node_modules, without the project itself. */
function packagesOf(lock) {
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...entry }))
}

/** Those that are installed with the program, also the optional ones of other platforms. */
export function shipped(lock) {
  return packagesOf(lock).filter(({ dev }) => !dev)
}

/** The places of what the package at `path` needs and may need, and that is there. */
export function neededBy(lock, path) {
  const { dependencies, optionalDependencies, peerDependencies } = lock.packages[path]
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return names.map((name) => placeOf(lock, path, name)).filter((place) => place !== undefined)
}

/** As Node looks: beside the package, then further up. */
function placeOf(lock, path, name) {
  for (let from = path; ; from = from.slice(0, Math.max(from.lastIndexOf('/node_modules/'), 0))) {
    const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`
    if (lock.packages[place] !== undefined) return place
    if (from === '') return undefined
  }
}

/** What breaks a rule, a line each. `manifest` is package.json. */
export function lockfileProblems(lock, manifest) {
  const problems = packagesOf(lock).flatMap(
    ({ path, name, resolved, integrity, link, dev, license, hasInstallScript }) => {
      const found = []
      if (link || (resolved !== undefined && !resolved.startsWith(REGISTRY)))
        found.push(`${path} does not come from ${REGISTRY} but from ${resolved}`)
      if (!/^sha512-/.test(integrity ?? '') && !WITHOUT_CHECKSUM.includes(name)) found.push(`${path} has no checksum`)
      if (hasInstallScript && INSTALL_SCRIPTS[name] === undefined)
        found.push(`${path} wants to run a script at its installation, which scripts/supply/policy.mjs does not name`)
      if (!dev && !isAllowed(license)) found.push(`${path} has the licence ${license}, which is not on the list`)
      return found
    },
  )
  const scripted = new Set(packagesOf(lock).flatMap(({ name, hasInstallScript }) => (hasInstallScript ? [name] : [])))
  for (const name of Object.keys(INSTALL_SCRIPTS)) {
    if (!scripted.has(name))
      problems.push(`scripts/supply/policy.mjs names ${name}, which has no install script any more`)
    if (manifest.allowScripts?.[name] !== false)
      problems.push(`allowScripts in package.json does not say no to ${name}`)
  }
  for (const name of Object.keys(manifest.allowScripts ?? {}))
    if (INSTALL_SCRIPTS[name] === undefined)
      problems.push(`allowScripts in package.json names ${name}, the policy does not`)
  return problems
}
