import { basename } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { MAX_PICTURE_BYTES, type Picture, pictureProblems } from '../core/staking/registration/picture.js'
import { readInput } from './input.js'

/** A picture may be looked at and called too large up to here; beyond it is not read. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The picture in the file at `path`, looked at by its content.
 * @throws MetisSeqError `PICTURE_INVALID` (exit 2) with every problem; and as `readInput`
 */
export async function readPicture(path: string): Promise<Picture> {
  const content = await readInput(path, MAX_BYTES)
  const picture = { file: basename(path), bytes: content.length, ...(await looked(content)) }
  const problems = pictureProblems(picture)
  if (problems.length === 0) return picture
  throw new MetisSeqError('PICTURE_INVALID', `${path} cannot be the picture: ${problems.join(' ')}`, {
    exit: Exit.usage,
    next: 'Give a PNG or SVG: square, 128 to 256 pixels a side, at most 24 KB.',
    details: { problems, picture },
  })
}

type Looked = Omit<Picture, 'file' | 'bytes'>

async function looked(content: Buffer): Promise<Looked> {
  const nothing: Looked = { type: null, width: 0, height: 0, whole: false, active: false }
  if (content.length > MAX_PICTURE_BYTES) return nothing
  const { imageSize } = await import('image-size')
  try {
    const { type = null, width, height } = imageSize(content)
    const text = content.toString('latin1')
    return {
      type,
      width,
      height,
      whole: type === 'svg' ? /<\/svg>\s*$/i.test(text) : text.includes('IEND'),
      active: type === 'svg' && /<script|<!ENTITY|\son\w+\s*=|javascript:/i.test(text),
    }
  } catch (error) {
    return /invalid svg/i.test(messageOf(error)) ? { ...nothing, type: 'svg' } : nothing // the package's way to say no
  }
}
