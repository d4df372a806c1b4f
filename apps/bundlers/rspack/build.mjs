import { rspack } from '@rspack/core'
import { report } from '../report.mjs'
import config from './rspack.config.mjs'

rspack(config, report)
