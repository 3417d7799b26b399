import { Counter, Gauge, Registry } from 'prom-client'

/** A value at the moment of asking. */
export interface Reading {
  /** Of letters, digits and underscores, such as `metis_seq_head_block`. */
  name: string
  help: string
  value: number
  labels?: Readonly<Record<string, string>>
}

/** Metrics of one node, in a registry of its own, as several nodes may run in a process. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #gauges = new Map<string, Gauge>()
  readonly #read: () => readonly Reading[]
  readonly #calls: Counter<'method' | 'outcome'>

  constructor(read: () => readonly Reading[]) {
    this.#read = read
    this.#calls = new Counter({
      name: 'metis_seq_rpc_calls_total',
      help: 'JSON-RPC calls answered, by method and outcome.',
      labelNames: ['method', 'outcome'],
      registers: [this.#registry],
    })
  }

  called(method: string, outcome: 'ok' | 'error'): void {
    this.#calls.inc({ method, outcome })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All metrics in Prometheus' text format, gauges read anew. */
  async text(): Promise<string> {
    for (const gauge of this.#gauges.values()) gauge.reset()
    for (const reading of this.#read()) this.#gauge(reading).set({ ...reading.labels }, reading.value)
    return this.#registry.metrics()
  }

  #gauge({ name, help, labels = {} }: Reading): Gauge {
    const known = this.#gauges.get(name)
    if (known !== undefined) return known
    const gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] })
    this.#gauges.set(name, gauge)
    return gauge
  }
}
