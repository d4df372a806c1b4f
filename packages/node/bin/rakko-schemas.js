#!/usr/bin/env node
import { runSchemasCommand } from '../dist/nodejs/schemas-command.js'

process.exitCode = await runSchemasCommand(process.argv.slice(2))
