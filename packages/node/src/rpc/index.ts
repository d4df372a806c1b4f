export * from '../storage-report.js'
export * from './error-data.js'
export * from './messages.js'
