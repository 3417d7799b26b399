import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { FAULT_POINTS } from '../../../src/core/faultPoints.js'
import { MOMENTS } from '../../support/processes/points.js'

const source = fileURLToPath(new URL('../../../src', import.meta.url))
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
const texts = files.map((name) => readFileSync(join(source, name), 'utf8'))

describe('fault points', () => {
  it('are those that the program reaches, each at one place, and those at which it is killed', () => {
    const reached = texts.flatMap((text) => [...text.matchAll(/\breached\('([^']+)'\)/g)].map(([, name]) => name))
    expect(reached.sort()).toEqual([...FAULT_POINTS].sort())
    expect(Object.keys(MOMENTS).sort()).toEqual([...FAULT_POINTS].sort())
  })

  it('are heard of by nobody in the program', () => {
    expect(texts.filter((text) => text.includes('onFaultPoint'))).toHaveLength(1)
  })
})
