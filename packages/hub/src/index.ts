export type { HubConfig } from './config/hub-config.js'
export { Hub, type HubHealth, type HubOptions } from './hub.js'
export { Log, type LogFields, type LogLevel, type LogOptions } from './log/log.js'
export { runCommand } from './run-command.js'
