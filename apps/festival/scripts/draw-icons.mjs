// Draws the PNG icons from public/icons/icon.svg with Chromium: run it after changing the drawing, commit the results.
import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from '../../../.config/scripts/chromium.mjs'

const icons = new URL('../public/icons/', import.meta.url)
const svg = await readFile(new URL('icon.svg', icons), 'utf8')
// Launchers cut maskable icons and Apple rounds by itself: both get the drawing to the edges, the first one smaller.
const square = svg.replace('rx="112"', 'rx="0"')
const maskable = square.replace('<g id="otter">', '<g transform="translate(256 272) scale(.78) translate(-256 -256)">')

const FAVICON_SIZE = 48

const drawings = [
  ['icon-192.png', svg, 192],
  ['icon-512.png', svg, 512],
  ['icon-maskable-512.png', maskable, 512],
  ['apple-touch-icon.png', square, 180],
]

const executablePath = findChromium()
const browser = await chromium.launch({ args: CHROMIUM_FLAGS, ...(executablePath && { executablePath }) })
const page = await browser.newPage()
for (const [name, drawing, size] of drawings) {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${drawing}`)
  await writeFile(new URL(name, icons), await page.screenshot({ omitBackground: true }))
}

// A favicon.ico is asked for by every browser, whatever the page says: one PNG behind 22 bytes of header.
await page.setViewportSize({ width: FAVICON_SIZE, height: FAVICON_SIZE })
await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`)
const png = await page.screenshot({ omitBackground: true })
const header = Buffer.alloc(22)
header.writeUInt16LE(1, 2)
header.writeUInt16LE(1, 4)
header.writeUInt8(FAVICON_SIZE, 6)
header.writeUInt8(FAVICON_SIZE, 7)
header.writeUInt16LE(1, 10)
header.writeUInt16LE(32, 12)
header.writeUInt32LE(png.length, 14)
header.writeUInt32LE(header.length, 18)
await writeFile(new URL('../favicon.ico', icons), Buffer.concat([header, png]))
await browser.close()
