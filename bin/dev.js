#!/usr/bin/env node
// Builds what changed, then runs the program: for working in a checkout.
import { setUp } from '../scripts/setup.mjs'

await setUp()
await import('./run.js')
