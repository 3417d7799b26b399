// The process that is attacked: node --expose-gc node.mjs BLOCK_TIME
import { createServer } from 'vite'

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
})
const { serve } = await server.ssrLoadModule('/test/support/load/node.ts')
await serve(Number(process.argv[2]))
