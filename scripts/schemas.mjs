// Writes schemas/<command>.json, the JSON schema (draft-07) of what each command prints with `--json`, from the type that
// its `run` returns, and schemas/error.json. `--check` writes nothing and fails when a schema is stale, missing or left over.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import {
  BaseType,
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  SchemaGenerator,
} from 'ts-json-schema-generator'
import ts from 'typescript'

const root = resolve(process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '.')
const folder = join(root, 'schemas')
const commandFolder = join(root, 'src/commands')

/** Commands that return nothing and print one JSON value a line: the type of such a line, by file and name. */
const LINES = { run: ['src/devnet/events.ts', 'DevnetEvent'] }

/** A text with a pattern, which the generator has no type of its own for. */
class Pattern extends BaseType {
  constructor(pattern) {
    super()
    this.definition = { type: 'string', pattern }
  }

  getId() {
    return this.definition.pattern
  }
}

const DECIMAL = new Pattern('^-?(0|[1-9][0-9]*)$')
const HEX = new Pattern('^0x[0-9a-fA-F]*$')

/** As `plainJson` of src/cli/json.ts prints them: bigint as decimal text, bytes as hex; and `0x${string}` is hex. */
const printed = {
  supportsNode: (node) =>
    node.kind === ts.SyntaxKind.BigIntKeyword ||
    node.kind === ts.SyntaxKind.TemplateLiteralType ||
    (ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Uint8Array'),
  createType(node) {
    if (node.kind === ts.SyntaxKind.BigIntKeyword) return DECIMAL
    if (ts.isTypeReferenceNode(node) || /^`0x\$\{string\}`$/.test(node.getText())) return HEX
    throw new Error(`${place(node)}: there is no schema for ${node.getText()}`)
  },
}

const patterns = {
  supportsType: (type) => type instanceof Pattern,
  getDefinition: (type) => ({ ...type.definition }),
  getChildren: () => [],
}

function place(node) {
  const file = node.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(node.getStart())
  return `${relative(root, file.fileName)}:${line + 1}`
}

/** What `async run(): Promise<X>` of the command in `file` says it returns: the node of X. */
function resultOf(file) {
  const command = file.statements.find(
    (each) => ts.isClassDeclaration(each) && each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword),
  )
  const run = command?.members.find((member) => ts.isMethodDeclaration(member) && member.name.getText() === 'run')
  const promise = run?.type
  if (promise === undefined || !ts.isTypeReferenceNode(promise) || promise.typeName.getText() !== 'Promise') {
    throw new Error(`${relative(root, file.fileName)}: run() has to say what it returns, Promise<...>`)
  }
  const [result] = promise.typeArguments ?? []
  if (!ts.isUnionTypeNode(result)) return result
  // What prints nothing needs no schema.
  const printing = result.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword)
  if (printing.length === result.types.length) return result
  if (printing.length === 1) return printing[0]
  throw new Error(`${place(result)}: name what run() returns beside undefined`)
}

function declared(program, [path, name]) {
  const file = program.getSourceFile(join(root, path))
  const found = file?.statements.find((each) => each.name?.getText() === name)
  if (found === undefined) throw new Error(`there is no ${name} in ${path}`)
  return found
}

/** Every schema by its path in `schemas`, as the text of its file. */
function generate() {
  const config = { ...DEFAULT_CONFIG, tsconfig: join(root, 'tsconfig.json'), topRef: false, skipTypeCheck: true }
  const program = createProgram(config)
  const parser = createParser(program, config, (chain) => chain.addNodeParser(printed))
  const formatter = createFormatter(config, (chain) => chain.addTypeFormatter(patterns))
  const generator = new SchemaGenerator(program, parser, formatter, config)
  const schemaOf = (title, node) => {
    const { $schema, definitions, ...rest } = generator.createSchemaFromNodes([node])
    if (JSON.stringify(rest.additionalProperties) === '{}') throw new Error(`${title}, but nothing says what`)
    const shared = Object.keys(definitions).length === 0 ? {} : { definitions: sorted(definitions) }
    return `${JSON.stringify({ $schema, title, ...rest, ...shared }, null, 2)}\n`
  }
  const files = readdirSync(commandFolder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replaceAll('\\', '/'))
  const schemas = files.map((name) => {
    const words = name.replace(/(\/index)?\.ts$/, '').split('/')
    const result = resultOf(program.getSourceFile(join(commandFolder, name)))
    const nothing = result.kind === ts.SyntaxKind.VoidKeyword
    const line = LINES[words.join(' ')]
    if (nothing && line === undefined) {
      throw new Error(`"${words.join(' ')}" returns nothing: say in LINES of scripts/schemas.mjs what its lines are`)
    }
    const title = `What \`metis-seq ${words.join(' ')} --json\` prints${nothing ? ', each line' : ''}`
    return [`${words.join('/')}.json`, schemaOf(title, nothing ? declared(program, line) : result)]
  })
  const failure = declared(program, ['src/cli/failure.ts', 'FailureReport'])
  return new Map([...schemas, ['error.json', schemaOf('What a command prints with --json when it fails', failure)]])
}

function sorted(definitions) {
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function present() {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replaceAll('\\', '/'))
}

function check(schemas) {
  const wrong = [...schemas].filter(([name, text]) => {
    const path = join(folder, name)
    return !existsSync(path) || readFileSync(path, 'utf8') !== text
  })
  const stale = present().filter((name) => !schemas.has(name))
  for (const [name] of wrong) console.error(`schemas/${name} is not what the types give`)
  for (const name of stale) console.error(`schemas/${name} belongs to no command`)
  if (wrong.length + stale.length === 0) return
  console.error('Run `npm run schemas` and commit the result.')
  process.exitCode = 1
}

function write(schemas) {
  rmSync(folder, { recursive: true, force: true })
  for (const [name, text] of schemas) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  console.error(`${schemas.size} schemas in schemas`)
}

const schemas = generate()
if (process.argv.includes('--check')) check(schemas)
else write(schemas)
