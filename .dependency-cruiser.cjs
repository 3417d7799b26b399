// The import rules of docs/adr/0004 (who may know whom). `scripts/check-imports.mjs` runs them.
const CORE_PACKAGES = '^node_modules/@noble/(hashes|curves)/'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-is-pure',
      comment: 'core imports only core and the listed pure packages; of Node only zlib.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', CORE_PACKAGES, '^(node:)?zlib$'] },
    },
    {
      name: 'ports-are-types',
      comment: 'core/ports is types only, so nothing imports it at run time.',
      severity: 'error',
      from: { pathNot: '^src/core/ports/' },
      to: { path: '^src/core/ports/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'files-know-nobody',
      comment:
        'How files are made concerns everybody but core, so that it depends on nobody; it names a step at which a test may kill it.',
      severity: 'error',
      from: { path: '^src/files/' },
      to: { path: '^src/', pathNot: '^src/(files/|core/faultPoints)' },
    },
    {
      name: 'engines-know-core',
      comment:
        'How an engine in WebAssembly is loaded and spoken to: it imports core alone; what an engine does is its caller’s.',
      severity: 'error',
      from: { path: '^src/engines/' },
      to: { path: '^src/', pathNot: '^src/(core|engines)/' },
    },
    {
      name: 'l1-knows-core',
      comment: 'l1 imports core and files, never another part of the program.',
      severity: 'error',
      from: { path: '^src/l1/' },
      to: { path: '^src/', pathNot: '^src/(core|files|l1)/' },
    },
    {
      name: 'signers-know-core',
      comment: 'signers import core and files, never another part of the program.',
      severity: 'error',
      from: { path: '^src/signers/' },
      to: { path: '^src/', pathNot: '^src/(core|files|signers)/' },
    },
    {
      name: 'adapters-know-no-sibling',
      comment:
        'A folder of node imports core, files, engines and itself; the adapters meet in the files of node itself.',
      severity: 'error',
      from: { path: '^src/node/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/(core|files|engines)/', '^src/node/$1/'] },
    },
    {
      name: 'node-knows-no-command-line',
      comment: 'The wiring of a node imports core, l1, signers and its adapters.',
      severity: 'error',
      from: { path: '^src/node/[^/]+$' },
      to: { path: '^src/', pathNot: '^src/(core|files|l1|signers|node)/' },
    },
    {
      name: 'commands-know-entrances',
      comment: 'commands import cli, core, l1, signers, devnet, and of node its index alone.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/', pathNot: '^src/(cli|core|l1|signers|devnet)/|^src/node/index\\.ts$' },
    },
    {
      name: 'devnet-knows-entrances',
      comment: 'devnet imports core, l1, signers, and of node its index alone.',
      severity: 'error',
      from: { path: '^src/devnet/' },
      to: { path: '^src/', pathNot: '^src/(core|files|l1|signers|devnet)/|^src/node/index\\.ts$' },
    },
    {
      name: 'cli-is-for-commands',
      comment: 'How a terminal is written to concerns commands and cli alone.',
      severity: 'error',
      from: { pathNot: '^src/(cli|commands)/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'nobody-imports-commands',
      comment: 'A command is an entrance of the program, not a part.',
      severity: 'error',
      from: {},
      to: { path: '^src/commands/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle has no order in which it could be understood.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'What cannot be resolved is not checked either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
