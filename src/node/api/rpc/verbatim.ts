import type { JsonText } from '../../../core/ports/calls.js'

/** A result that is JSON already: it is put into the answer as it is, since parsing a large trace would hold up the node. */
export class Verbatim {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }
}

export function verbatim(text: JsonText | undefined): Verbatim | null {
  return text === undefined ? null : new Verbatim(text.json)
}
