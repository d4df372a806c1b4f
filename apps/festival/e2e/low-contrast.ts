/**
 * Runs in the page. Returns the texts with less contrast than WCAG 2.2 AA asks for, each with its ratio. That is 4.5,
 * or 3 from 24 px and from 18.66 px in bold. It waits until nothing moves: halfway from one colour to another a text
 * may be the colour of what is behind it. Texts over a gradient or a drawing are left to the eye.
 */
export async function lowContrastTexts(): Promise<string[]> {
  // Asking for the animations starts those that the newest styles lead to. One that repeats for ever, or is held still,
  // would never finish.
  const moving = () =>
    document
      .getAnimations()
      .filter(({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().endTime !== Infinity)
  for (let left = moving(); left.length > 0; left = moving()) {
    // One that is cancelled, because its element went away, has come to rest too.
    await Promise.allSettled(left.map((animation) => animation.finished))
  }

  type Colour = readonly [red: number, green: number, blue: number, alpha: number]
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (canvas === null) throw new Error('no canvas')
  const surface: CanvasRenderingContext2D = canvas

  function parse(css: string): Colour {
    surface.clearRect(0, 0, 1, 1)
    surface.fillStyle = css
    surface.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = surface.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }

  function over(top: Colour, bottom: Colour): Colour {
    const mix = (a: number, b: number) => a * top[3] + b * (1 - top[3])
    return [mix(top[0], bottom[0]), mix(top[1], bottom[1]), mix(top[2], bottom[2]), 1]
  }

  function luminance([red, green, blue]: Colour): number {
    const channel = (value: number) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
    return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
  }

  /** What an element's text stands on, or nothing where that is a picture. */
  function background(element: Element): Colour | undefined {
    const layers: Colour[] = []
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at)
      if (style.backgroundImage !== 'none') return undefined
      const colour = parse(style.backgroundColor)
      if (colour[3] > 0) layers.push(colour)
      if (colour[3] === 1) break
    }
    return layers.reduceRight((bottom, top) => over(top, bottom), [255, 255, 255, 1] as Colour)
  }

  const found: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
    if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    if (element.closest('[data-phase="over"], .visually-hidden, option')) continue
    const behind = background(element)
    if (behind === undefined) continue
    const style = getComputedStyle(element)
    const [a, b] = [luminance(over(parse(style.color), behind)), luminance(behind)]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${element.textContent?.trim().slice(0, 40)}`)
  }
  return found
}
