import { useAction } from '../data/use-action.js'
import { writeSample } from '../data/write-sample.js'
import { currentTimeZone, dayOf } from '../time/local-time.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { useToast } from '../ui/toast.js'

export function SampleButton() {
  const action = useAction()
  const toast = useToast()

  async function fill() {
    const timeZone = currentTimeZone()
    const today = dayOf(Date.now() / 1000, timeZone) ?? ''
    if (await action.run((festival) => writeSample(festival, today, timeZone))) toast('A weekend is planned')
  }

  return (
    <>
      <Button icon="spark" disabled={action.busy} onClick={() => void fill()}>
        {action.busy ? 'Writing the programme' : 'Show me a sample'}
      </Button>
      {action.error !== undefined && (
        <Notice tone="danger" title={action.error.title}>
          {action.error.text}
        </Notice>
      )}
    </>
  )
}
