import { useEffect, useState } from 'react'
import styles from './qr-code.module.css'

interface Drawing {
  readonly size: number
  readonly path: string
}

/** A text as a QR code, to be scanned from the screen: dark on white in either scheme. The code is made when it is shown. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [drawing, setDrawing] = useState<Drawing | 'failed'>()
  useEffect(() => {
    let isWanted = true
    draw(text).then(
      (drawn) => isWanted && setDrawing(drawn),
      // Its module may be out of reach, or the text be too long.
      () => isWanted && setDrawing('failed'),
    )
    return () => {
      isWanted = false
    }
  }, [text])

  if (drawing === 'failed') return <p>The code cannot be drawn here. The link does the same.</p>
  return (
    <div className={styles.paper}>
      {drawing !== undefined && (
        <svg role="img" aria-label={label} viewBox={`0 0 ${drawing.size} ${drawing.size}`} shapeRendering="crispEdges">
          <path d={drawing.path} fill="currentColor" />
        </svg>
      )}
    </div>
  )
}

async function draw(text: string): Promise<Drawing> {
  const { encode } = await import('uqr')
  // Scanners want four modules of white around the code.
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size, path: squares.join('') }
}
