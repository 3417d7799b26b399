import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** `- **C1** Sentence. `path` "title", `path` "title"` over several lines. */
const PROPERTY = /^- \*\*([A-Z]+\d+)\*\* ((?:(?!^- |^#)[\s\S])+)/gm
const WITNESS = /`([^`]+\.test\.ts)`\s+"([^"]+)"/g

const text = readFileSync('THREAT_MODEL.md', 'utf8')
const properties = [...text.matchAll(PROPERTY)].map(([, name = '', body = '']) => ({
  name,
  witnesses: [...body.matchAll(WITNESS)].map(([, path = '', title = '']) => ({
    path,
    title: title.replace(/\s+/g, ' '),
  })),
}))

describe('the threat model', () => {
  it('numbers its properties, each once', () => {
    const names = properties.map(({ name }) => name)
    expect(names.length).toBeGreaterThan(10)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBe([...text.matchAll(/^- \*\*/gm)].length)
  })

  it.each(properties)('$name names a test that exists', ({ witnesses }) => {
    expect(witnesses).not.toEqual([])
    for (const { path, title } of witnesses) {
      const titles = readFileSync(path, 'utf8').match(/(?<=\(\s*)'(?:[^'\\\n]|\\.)+'|(?<=\(\s*)"[^"\n]+"|`[^`\n]+`/g)
      expect(titles?.map((each) => each.slice(1, -1))).toContain(title)
    }
  })
})
