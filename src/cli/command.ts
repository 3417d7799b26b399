import { Command, Flags, type Interfaces } from '@oclif/core'
import { MetisSeqError } from '../core/errors/index.js'
import { type Values, withConfig } from './config.js'
import { interruptSignal } from './interrupt.js'
import { plainJson } from './json.js'
import { type Progress, startProgress } from './progress.js'
import { type Cell, renderTable } from './table.js'

/**
 * The base of every command: parse, one call, render. What `run` returns is the `--json` result; what it prints for
 * people goes through `print` and `table`, which are silent under `--json`. Throw `MetisSeqError`; `main` reports it
 * with its exit code, as text or as JSON.
 *
 * ```ts
 * export default class Head extends BaseCommand {
 *   static override summary = 'The newest block.'
 *   static override examples = ['<%= config.bin %> head --rpc http://127.0.0.1:9545']
 *   static override flags = { rpc: Flags.string({ env: 'METIS_SEQ_RPC', description: 'L2 endpoint', required: true }) }
 *
 *   async run(): Promise<{ head: number }> {
 *     const { flags } = await this.parse(Head)
 *     const { readHead } = await import('../l1/head.js') // heavy modules: only when they are needed
 *     const head = await readHead(flags.rpc, { signal: this.interrupted() })
 *     this.print(`Head: ${head}`)
 *     return { head }
 *   }
 * }
 * ```
 * A flag that names an `env` (`METIS_SEQ_*`) can stand in the config file too; precedence: flag, environment, config
 * file, the flag's default.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    'no-color': Flags.boolean({ description: 'Print without colour, as NO_COLOR=1 does.', helpGroup: 'GLOBAL' }),
  }

  /** Prints a result for a person on stdout. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(`${text}\n`)
  }

  /** Prints rows for a person on stdout. */
  protected async table(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    if (!this.jsonEnabled()) this.print(await renderTable(head, rows))
  }

  /** A document that other programs read: to a new file, else to stdout. @throws MetisSeqError `OUTPUT_FAILED` (exit 2) */
  protected async document(value: unknown, out: string | undefined): Promise<void> {
    const text = JSON.stringify(plainJson(value), null, 2)
    if (out === undefined) return this.print(text)
    const { writeNewFile } = await import('./batch/files.js')
    await writeNewFile(out, new TextEncoder().encode(`${text}\n`))
  }

  /** Says something on stderr that is not the result, with `--json` as well. */
  protected note(text: string): void {
    process.stderr.write(`${text}\n`)
  }

  /** One line of NDJSON on stdout for a command that reports as it goes; such a command returns nothing. */
  protected event(value: unknown): void {
    process.stdout.write(`${JSON.stringify(plainJson(value))}\n`)
  }

  /** Progress on stderr; silent with `--json`. */
  protected progress(): Promise<Progress> {
    return startProgress({ quiet: this.jsonEnabled() })
  }

  /** Runs `work` with progress, which ends as the work does. */
  protected async working<T>(work: (progress: Progress) => Promise<T>): Promise<T> {
    const progress = await this.progress()
    try {
      const result = await work(progress)
      progress.done()
      return result
    } catch (error) {
      progress.fail()
      throw error
    }
  }

  /** Aborts at Ctrl-C or SIGTERM: the command then stops cleanly by itself. */
  protected interrupted(): AbortSignal {
    return interruptSignal()
  }

  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Interfaces.Input<F, B, A>,
    argv = this.argv,
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    return super.parse(options && (await withConfig(options)), argv)
  }

  /** As `parse`, but a config file that cannot be used is left out: for a command that helps to mend it. */
  protected async parseAnyway<F extends Values, B extends Values, A extends Values>(
    options: Interfaces.Input<F, B, A>,
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      return await this.parse(options)
    } catch (error) {
      if (!(error instanceof MetisSeqError) || !error.code.startsWith('CONFIG_')) throw error
      this.note(`${error.message} It is left out here.`)
      return super.parse(options, this.argv)
    }
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(plainJson(json), null, 2)}\n`)
  }

  /** Leaves the report to `main`, the only place that turns errors into output and exit codes. */
  protected override async catch(error: Error): Promise<never> {
    throw error
  }
}
