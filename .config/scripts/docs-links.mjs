import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ROOT } from './command.mjs'

const IGNORED = new Set(['node_modules', 'dist', '.next', 'coverage', 'test-results', 'playwright-report', '.git'])

/** @param {string} folder @returns {string[]} */
function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return markdownFiles(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** The anchor that a heading gets on the usual code hosts. @param {string} heading */
function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

/** @param {string} markdown */
function withoutCode(markdown) {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
}

/** @param {string} markdown @returns {Set<string>} */
function anchors(markdown) {
  const headings = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6} +(.+)$/gm)
  return new Set([...headings].map(([, heading]) => anchorOf(heading ?? '')))
}

/**
 * Links of a document that lead nowhere in this repository.
 * @param {string} file its path
 * @param {string} markdown
 */
export function brokenLinks(file, markdown) {
  const targets = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const destination = path === '' ? file : join(dirname(file), decodeURIComponent(path))
    if (!existsSync(destination)) return true
    return (
      anchor !== undefined && destination.endsWith('.md') && !anchors(readFileSync(destination, 'utf8')).has(anchor)
    )
  })
}

/** @returns {Promise<string[]>} what is wrong, in sentences */
export async function checkDocsLinks() {
  return markdownFiles(ROOT).flatMap((file) =>
    brokenLinks(file, readFileSync(file, 'utf8')).map(
      (target) => `${relative(ROOT, file)} links to ${target}, which is not there.`,
    ),
  )
}
