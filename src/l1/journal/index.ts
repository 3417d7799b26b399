export * from './entry.js'
export * from './file.js'
export * from './find.js'
export * from './records.js'
