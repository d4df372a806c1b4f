import { useState } from 'react'
import { useOverview } from '../data/overview.js'
import { useAction } from '../data/use-action.js'
import { writeMany } from '../data/write-sample.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { Card, Fact } from './card.js'
import { SampleButton } from './sample-button.js'
import styles from './try-card.module.css'

const MANY = 1000

export function TryCard() {
  const overview = useOverview()
  const count = new Intl.NumberFormat()
  return (
    <Card icon="spark" title="What it can carry">
      <dl>
        <Fact name="Stored now">
          {overview === undefined
            ? '–'
            : `Venues: ${count.format(overview.venueCount)}, events: ${count.format(overview.eventCount)}`}
        </Fact>
      </dl>
      <p>Add a whole weekend at once, or see how long a thousand signed events take.</p>
      <div className={styles.buttons}>
        <SampleButton />
        <ManyButton />
      </div>
    </Card>
  )
}

function ManyButton() {
  const action = useAction()
  const [stored, setStored] = useState(0)
  const [tookMs, setTookMs] = useState<number>()
  const count = new Intl.NumberFormat()

  async function write() {
    setStored(0)
    setTookMs(undefined)
    const start = performance.now()
    if (await action.run((festival) => writeMany(festival, MANY, Date.now() / 1000, setStored))) {
      setTookMs(performance.now() - start)
    }
  }

  return (
    <>
      <Button disabled={action.busy} onClick={() => void write()}>
        {action.busy ? `${count.format(stored)} of ${count.format(MANY)}` : `Add ${count.format(MANY)} events`}
      </Button>
      <p className={styles.result} role="status">
        {tookMs !== undefined && `${count.format(MANY)} events signed and stored in ${seconds(tookMs)}.`}
      </p>
      {action.error !== undefined && (
        <Notice tone="danger" title={action.error.title}>
          {action.error.text}
        </Notice>
      )}
    </>
  )
}

function seconds(ms: number): string {
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'long',
    maximumFractionDigits: 2,
  })
  return format.format(ms / 1000)
}
