import type { CallOverrides, TraceOptions, Tracer } from '../../../core/ports/calls.js'
import { invalidParams } from './errors.js'
import { blockOverrides, stateOverrides } from './overrides.js'
import { boolean, fields, integer, object, optional, type Parser, text } from './params.js'

const flag = optional(boolean)

/** The tracers and their settings (go-ethereum's native ones). */
const CONFIGS = {
  callTracer: fields({ onlyTopCall: flag, withLog: flag }),
  prestateTracer: fields({ diffMode: flag, disableCode: flag, disableStorage: flag }),
  flatCallTracer: fields({ convertParityErrors: flag, includePrecompiles: flag }),
  '4byteTracer': fields({}),
  noopTracer: fields({}),
} as const

/** The fields of a list of steps; those named `disable...` at the end are what older clients write. */
const STEP_FIELDS = {
  enableMemory: flag,
  disableStack: flag,
  disableStorage: flag,
  enableReturnData: flag,
  limit: optional(integer),
  disableMemory: flag,
  disableReturnData: flag,
} as const

/** Units of Go's durations, in ms. */
const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }
const DURATION = /(\d{1,9}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)/gy

/** A duration as Go writes it, such as 10s or 1m30s, in ms. */
const duration: Parser<number> = (value, name) => {
  const given = text(value, name)
  const parts = given.length <= 40 ? [...given.matchAll(DURATION)] : []
  if (given === '' || parts.map(([part]) => part).join('') !== given) {
    throw invalidParams(`invalid ${name}: "${given.slice(0, 40)}" is not a duration such as 5s`)
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0)
}

const COMMON = {
  tracer: optional(text),
  tracerConfig: optional(object),
  timeout: optional(duration),
  /** Blocks to execute again for a state that is not kept; here every state is kept or gone. */
  reexec: optional(integer),
} as const

/** How to trace, as debug_traceTransaction takes it. */
export const traceOptions: Parser<TraceOptions> = (value, name) => {
  const { tracer, tracerConfig, timeout, reexec: _, ...steps } = fields({ ...COMMON, ...STEP_FIELDS })(value, name)
  return { ...tracerOf(tracer, tracerConfig, steps, name), timeout }
}

/** As `traceOptions`, with what debug_traceCall takes besides. */
export const traceCallOptions: Parser<TraceOptions & { overrides?: CallOverrides }> = (value, name) => {
  const { stateOverrides: state, blockOverrides: block, ...rest } = object(value, name)
  const overrides = {
    state: optional(stateOverrides)(state, `${name}.stateOverrides`),
    block: optional(blockOverrides)(block, `${name}.blockOverrides`),
  }
  return { ...traceOptions(rest, name), overrides }
}

type Steps = { [K in keyof typeof STEP_FIELDS]: ReturnType<(typeof STEP_FIELDS)[K]> }

function tracerOf(tracer: string | undefined, config: unknown, given: Steps, name: string): Tracer {
  const { disableMemory, disableReturnData, ...steps } = given
  const at = `${name}.tracerConfig`
  if (tracer === undefined || tracer === '') {
    if (config !== undefined) throw invalidParams(`invalid ${at}: no tracer is named`)
    return {
      ...steps,
      enableMemory: steps.enableMemory ?? (disableMemory === undefined ? undefined : !disableMemory),
      enableReturnData: steps.enableReturnData ?? (disableReturnData === undefined ? undefined : !disableReturnData),
    }
  }
  const settings = config ?? {}
  switch (tracer) {
    case 'callTracer':
      return { tracer, tracerConfig: CONFIGS[tracer](settings, at) }
    case 'prestateTracer':
      return { tracer, tracerConfig: CONFIGS[tracer](settings, at) }
    case 'flatCallTracer':
      return { tracer, tracerConfig: CONFIGS[tracer](settings, at) }
    case '4byteTracer':
    case 'noopTracer':
      CONFIGS[tracer](settings, at)
      return { tracer }
    default:
      throw invalidParams(
        `invalid ${name}.tracer: "${tracer.slice(0, 40)}" is none of ${Object.keys(CONFIGS).join(', ')}`,
      )
  }
}
