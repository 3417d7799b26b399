// The process that is attacked: node --expose-gc node.mjs BLOCK_TIME
import { openModules } from '../modules.mjs'

const server = await openModules()
const { serve } = await server.ssrLoadModule('/test/support/load/node.ts')
await serve(Number(process.argv[2]))
