import { defineConfig } from 'vitest/config'

// A run of its own, which `records.test.ts` starts to see it fail.
export default defineConfig({
  test: { include: ['**/planted/*.planted.ts'], globalSetup: ['test/support/records/setup.ts'] },
})
