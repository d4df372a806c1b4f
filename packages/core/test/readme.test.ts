import { describe, expect, it } from 'vitest'
import readme from '../README.md?raw'
import * as core from '../src/index.js'

const exported: Readonly<Record<string, unknown>> = core

const EXAMPLE = /```ts\nimport \{([^}]+)\} from '@rakko\/core'\n(.*?)```/s

describe('the example in the README', () => {
  it('runs and prints what it says', () => {
    const [, names = '', code = ''] = EXAMPLE.exec(readme) ?? []
    const imported = names.split(',').map((name) => name.trim())
    const printed: unknown[] = []
    const console = { log: (value: unknown) => printed.push(value) }
    const run = new Function('console', ...imported, code)
    run(console, ...imported.map((name) => exported[name]))
    expect(printed).toEqual([
      '00205eaf7696da2b4e05d2a556fb19b09d2f7a0e92a43c3e462e35e4e4d75259bb56',
      { kind: 'int', value: 500n },
    ])
  })
})
