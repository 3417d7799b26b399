import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

const folder = new URL('../../../schemas/', import.meta.url)
const validators = new Map<string, ValidateFunction>()

/** @throws Error when `value`, printed with `--json` by `command`, is not as the schema of the command or of errors says */
export function assertSchema(command: string | null, value: unknown): void {
  const isError = typeof value === 'object' && value !== null && 'error' in value
  const name = isError ? 'error' : (command?.replaceAll(' ', '/') ?? 'error')
  const validate = validators.get(name) ?? compiled(name)
  validators.set(name, validate)
  if (validate(value)) return
  const problems = validate.errors?.map(({ instancePath, message, params }) => {
    return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`
  })
  throw new Error(`what "${command}" printed is not as schemas/${name}.json says: ${problems?.join('; ')}`)
}

function compiled(name: string): ValidateFunction {
  const file = new URL(`${name}.json`, folder)
  if (!existsSync(file)) throw new Error(`there is no schemas/${name}.json: run \`npm run schemas\``)
  return new Ajv({ allErrors: false, strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')))
}
