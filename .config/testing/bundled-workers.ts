import { dirname, resolve } from 'node:path'
import { build, type Plugin } from 'vite'

const ADDRESS = /new URL\((['"])([^'"]+)\1, import\.meta\.url\)/g

/** Files beside the modules stay where they are, and Vite's server has them there. */
const addresses: Plugin = {
  name: 'addresses-of-files',
  enforce: 'pre',
  async transform(code, id) {
    const parts: string[] = []
    let end = 0
    for (const match of code.matchAll(ADDRESS)) {
      const [all, , path = ''] = match
      const found = path.startsWith('.') ? resolve(dirname(id), path) : (await this.resolve(path, id))?.id
      if (found === undefined) continue
      parts.push(code.slice(end, match.index), `new URL(${JSON.stringify(`/@fs${found}`)}, self.location.origin)`)
      end = match.index + all.length
    }
    return end === 0 ? undefined : { code: parts.join('') + code.slice(end), map: null }
  },
}

async function bundle(file: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [addresses],
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      rolldownOptions: { input: file, output: { codeSplitting: false } },
    },
  })
  const [made] = [built].flat()
  if (made === undefined || !('output' in made)) throw new Error(`${file} was not bundled`)
  return made.output[0].code
}

/** A worker is one file, as in an app that is built: each start of it would ask Vite for some hundred modules. */
export function bundledWorkers(): Plugin {
  const bundles = new Map<string, Promise<string>>()
  return {
    name: 'bundled-workers',
    enforce: 'pre',
    load(id) {
      const [file = '', query = ''] = id.split('?')
      if (!new URLSearchParams(query).has('worker_file')) return undefined
      const made = bundles.get(file) ?? bundle(file)
      bundles.set(file, made)
      return made
    },
  }
}
