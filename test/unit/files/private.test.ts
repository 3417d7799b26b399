import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFile, makePrivateFolder, replaceFile, whyUnsafe } from '../../../src/files/private.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-files-'))
})
afterEach(() => rm(root, { recursive: true }))

const content = (path: string) => readFile(path, 'utf8')
const rights = async (path: string) => (await stat(path)).mode & 0o777
const make = (path: string, text: string) => createFile(path, (file) => file.writeFile(text))

describe('a new file', () => {
  it('is for its owner alone, and leaves nothing beside it', async () => {
    await make(join(root, 'new'), 'mine')
    expect([await content(join(root, 'new')), await rights(join(root, 'new'))]).toEqual(['mine', 0o600])
    expect(await readdir(root)).toEqual(['new'])
  })

  it('never takes the place of a file or of a link, wherever the link leads', async () => {
    await writeFile(join(root, 'victim'), 'theirs')
    await symlink(join(root, 'victim'), join(root, 'link'))
    await symlink(join(root, 'nowhere'), join(root, 'dangling'))
    for (const name of ['victim', 'link', 'dangling'])
      await expect(make(join(root, name), 'mine')).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await content(join(root, 'victim'))).toBe('theirs')
    expect((await readdir(root)).sort()).toEqual(['dangling', 'link', 'victim'])
  })

  it('is not there at all when its content fails', async () => {
    const failing = createFile(join(root, 'new'), async (file) => {
      await file.writeFile('half')
      throw new Error('no more')
    })
    await expect(failing).rejects.toThrow('no more')
    expect(await readdir(root)).toEqual([])
  })
})

describe('a file that replaces another', () => {
  it('has the rights of a new one, whatever the old one had', async () => {
    await writeFile(join(root, 'a'), 'old', { mode: 0o666 })
    await chmod(join(root, 'a'), 0o666)
    await replaceFile(join(root, 'a'), 'new')
    expect([await content(join(root, 'a')), await rights(join(root, 'a'))]).toEqual(['new', 0o600])
    expect(await readdir(root)).toEqual(['a'])
  })

  it.each(['', 'a.tmp'])(
    'takes the place of a link and leaves alone where it leads (temporary file "%s")',
    async (name) => {
      await writeFile(join(root, 'victim'), 'theirs')
      await symlink(join(root, 'victim'), join(root, 'a'))
      await symlink(join(root, 'victim'), join(root, 'a.tmp'))
      await replaceFile(join(root, 'a'), 'mine', name === '' ? undefined : join(root, name))
      expect([await content(join(root, 'a')), await content(join(root, 'victim'))]).toEqual(['mine', 'theirs'])
    },
  )

  it('uses up what a kill left of the temporary file, with its rights', async () => {
    await writeFile(join(root, 'a.tmp'), 'half', { mode: 0o666 })
    await chmod(join(root, 'a.tmp'), 0o666)
    await replaceFile(join(root, 'a'), 'whole', join(root, 'a.tmp'))
    expect([await readdir(root), await content(join(root, 'a')), await rights(join(root, 'a'))]).toEqual([
      ['a'],
      'whole',
      0o600,
    ])
  })

  it('leaves the old one and nothing else when it fails', async () => {
    await mkdir(join(root, 'a'))
    await writeFile(join(root, 'a', 'inside'), '')
    await expect(replaceFile(join(root, 'a'), 'new')).rejects.toMatchObject({ syscall: 'rename' })
    expect(await readdir(root)).toEqual(['a'])
  })
})

describe('a folder', () => {
  it('is for its owner alone, as are those that are made above it', async () => {
    await makePrivateFolder(join(root, 'a', 'b'))
    expect([await rights(join(root, 'a')), await rights(join(root, 'a', 'b'))]).toEqual([0o700, 0o700])
  })

  it.each([
    [0o700, undefined],
    [0o755, undefined],
    [0o775, 'other users can write'],
    [0o702, 'other users can write'],
    [0o1777, 'other users can write'],
  ])('with mode %o is unsafe: %s', async (mode, reason) => {
    await chmod(root, mode)
    const why = await whyUnsafe(root)
    if (reason === undefined) expect(why).toBeUndefined()
    else expect(why).toContain(reason)
  })

  it.runIf(process.getuid?.() === 0)('of another user is unsafe, whatever its mode', async () => {
    await chown(root, 54_321, 54_321)
    expect(await whyUnsafe(root)).toContain('belongs to another user')
    await chown(root, 0, 0)
  })
})
