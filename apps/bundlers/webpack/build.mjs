import webpack from 'webpack'
import { report } from '../report.mjs'
import config from './webpack.config.mjs'

webpack(config, report)
