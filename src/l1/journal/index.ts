export * from './entry.js'
export * from './file.js'
export * from './records.js'
