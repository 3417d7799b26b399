/** What every decoder says of itself. */
interface Described {
  name: string
  /** What it reads through, as `file#export` of src; the test of completeness looks here. */
  covers: readonly string[]
  /** How often it is tried beside the others; 1 where absent. Slow ones say less. */
  weight?: number
  /** ms of the processor that an input of up to 128 kB may take; 100 where absent. */
  limit?: number
  /** Nothing of the input may be repeated in an error. */
  secret?: boolean
  /** Errors that are refusals too, beside MetisSeqError. */
  refusal?: (error: unknown) => boolean
  /** Whether what it takes may refuse even valid samples: where only a whole exchange tells. */
  close?: () => Promise<void>
}

interface Reads<I> {
  /** Valid inputs, made by the real encoders; each is read without an error. */
  samples: () => readonly I[] | Promise<readonly I[]>
  decode: (input: I) => unknown
  /** Where there is one form alone: gives back exactly what was read. Undefined: this value has no encoder. */
  encode?: (value: never) => I | undefined
}

/** A decoder of bytes. */
export interface BytesDecoder extends Described, Reads<Uint8Array> {
  form: 'bytes'
}

/** A decoder of text; `json`: of JSON, whose values are changed as well as its characters. */
export interface TextDecoder extends Described, Reads<string> {
  form: 'text' | 'json'
}

/** Something that takes bytes or text from outside, and how to try it. */
export type Decoder = BytesDecoder | TextDecoder

/** A decoder with the type of its values checked between `decode` and `encode`. */
export function bytesDecoder<V>(
  decoder: Omit<BytesDecoder, 'form' | 'decode' | 'encode'> & {
    decode: (input: Uint8Array) => V | Promise<V>
    encode?: (value: V) => Uint8Array | undefined
  },
): Decoder {
  return { form: 'bytes', ...(decoder as Omit<BytesDecoder, 'form'>) }
}

/** As `bytesDecoder`, of text. */
export function textDecoder<V>(
  decoder: Omit<TextDecoder, 'decode' | 'encode'> & {
    decode: (input: string) => V | Promise<V>
    encode?: (value: V) => string | undefined
  },
): Decoder {
  return decoder as TextDecoder
}
