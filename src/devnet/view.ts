import type { DevnetDescriptor } from './descriptor.js'
import type { DevnetEvent } from './events.js'
import { firstOfSession, frame, lineOf, newModel, nodeNames, readyLines, type Snapshot, take } from './model.js'

const REDRAW_MS = 500

/** How a devnet is shown while it runs. */
export interface DevnetView {
  tell(event: DevnetEvent): void
  /** Begins to redraw from `look`, where the view does. */
  follow(look: () => Snapshot): void
  close(): void
}

interface Terminal {
  write(text: string): unknown
  columns?: number
}

/** One JSON object a line. */
export function jsonView(write: (event: unknown) => void): DevnetView {
  return { tell: write, follow: () => {}, close: () => {} }
}

/** One plain line an event. */
export function plainView(write: (line: string) => void): DevnetView {
  const isNews = firstOfSession()
  let nameOf: ReturnType<typeof nodeNames> | undefined
  return {
    tell: (event) => {
      const line = isNews(event) ? lineOf(event, nameOf) : undefined
      if (line !== undefined) write(line)
      if (event.event === 'ready') nameOf = nodeNames(event)
    },
    follow: () => {},
    close: () => {},
  }
}

/** Lines while it starts, then one frame that is redrawn in place. */
export function liveView(terminal: Terminal): DevnetView {
  const model = newModel()
  let drawn = 0
  let timer: NodeJS.Timeout | undefined
  const print = (line: string) => terminal.write(`${line}\n`)
  const draw = (snapshot: Snapshot) => {
    const width = Math.max(20, (terminal.columns ?? 80) - 1)
    const lines = frame(model, snapshot).map((line) => printable(line).slice(0, width))
    const back = drawn === 0 ? '' : `\x1b[${drawn}A\x1b[J`
    terminal.write(`${back}${lines.join('\n')}\n`)
    drawn = lines.length
  }
  return {
    tell: (event) => {
      take(model, event)
      if (event.event === 'ready') for (const line of ['', ...readyLines(event as DevnetDescriptor), '']) print(line)
      else if (event.event === 'closing') drawn = 0
      if (event.event === 'step' || event.event === 'closing' || event.event === 'failure') print(lineOf(event) ?? '')
      if (event.event === 'failure') drawn = 0
    },
    follow: (look) => {
      draw(look())
      timer = setInterval(() => draw(look()), REDRAW_MS)
    },
    close: () => clearInterval(timer),
  }
}

/** Reasons quote what others sent; control signs of theirs must not reach the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, ' ')
}
