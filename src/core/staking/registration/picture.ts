/** What was read of an image file. */
export interface Picture {
  /** Name of the file, without its folder. */
  file: string
  bytes: number
  /** What its content says it is, `png` or `svg` or another; null for no image. */
  type: string | null
  /** Pixels; 0 for no image. */
  width: number
  height: number
  /** Its end is there too. */
  whole: boolean
  /** It holds a script or an entity, as SVG may. */
  active: boolean
}

/** The limits of "PNG/SVG Image Requirements" in the README of metis-sequencer-resources; 24 KB are read as KiB. */
export const MAX_PICTURE_BYTES = 24 * 1024
const MIN_PIXELS = 128
const MAX_PIXELS = 256
const TYPES: readonly string[] = ['png', 'svg']

/** What is wrong with a picture, one sentence each. Whether its background covers the whole is for the eye to judge. */
export function pictureProblems({ file, bytes, type, width, height, whole, active }: Picture): string[] {
  if (bytes > MAX_PICTURE_BYTES) {
    return [`The picture has ${bytes} bytes; at most ${MAX_PICTURE_BYTES} are allowed.`]
  }
  if (type === null) return ['The content is not a picture.']
  if (!TYPES.includes(type)) return [`The content is ${type}; only PNG and SVG are accepted.`]
  const problems: string[] = []
  if (extensionOf(file) !== type) problems.push(`The content is ${type}, and the name "${file}" says otherwise.`)
  if (width !== height) problems.push(`The picture is ${width} by ${height} pixels, not square.`)
  if ([width, height].some((pixels) => !(pixels >= MIN_PIXELS && pixels <= MAX_PIXELS))) {
    problems.push(`The picture is ${width} by ${height} pixels; each side has to have ${MIN_PIXELS} to ${MAX_PIXELS}.`)
  }
  if (!whole) problems.push('The end of the picture is missing.')
  if (active) problems.push('The SVG holds a script or an entity.')
  return problems
}

/** Where the picture of `name` lies in the resources: the file has to begin with the name. */
export function avatarOf(name: string, type: string): string {
  const base = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return `{BASEDIR}/assets/${base === '' ? 'sequencer' : base}.${type}`
}

function extensionOf(file: string): string {
  return file.slice(file.lastIndexOf('.') + 1).toLowerCase()
}
