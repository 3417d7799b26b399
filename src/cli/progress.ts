import { isColoured, isTerminal } from './streams.js'

/** What is going on, on stderr: one moving line for a person, otherwise one plain line a step. */
export interface Progress {
  /** A new step begins; the one before it is done. */
  step(text: string): void
  /** The last step is done; `text` takes its place. */
  done(text?: string): void
  /** The last step failed; the error itself is reported by `main`. */
  fail(): void
}

/** Progress for a command that takes more than a moment. `quiet` shows nothing. */
export async function startProgress({ quiet = false }: { readonly quiet?: boolean } = {}): Promise<Progress> {
  if (quiet) return { step() {}, done() {}, fail() {} }
  // A pseudo-terminal may say that it is 0 columns wide; ora would then clear lines without end.
  if (!isTerminal(process.stderr) || !process.stderr.columns) return plainProgress()
  const { default: ora } = await import('ora')
  const spinner = ora({
    stream: process.stderr,
    discardStdin: false,
    color: isColoured(process.stderr) ? 'cyan' : false,
  })
  return {
    step(text) {
      if (spinner.isSpinning) spinner.succeed()
      spinner.start(text)
    },
    done(text) {
      if (spinner.isSpinning || text) spinner.succeed(text)
    },
    fail() {
      if (spinner.isSpinning) spinner.fail()
    },
  }
}

function plainProgress(): Progress {
  const line = (text: string) => process.stderr.write(`${text}\n`)
  return {
    step: (text) => line(`${text} ...`),
    done: (text) => {
      if (text) line(text)
    },
    fail() {},
  }
}
