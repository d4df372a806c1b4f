#!/usr/bin/env node
import { runCommand } from '../dist/run-command.js'

// What peers leave open does not keep a hub that has ended.
process.exit(await runCommand(process.argv.slice(2), process.env))
