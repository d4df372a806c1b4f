import { useLive } from '@rakko/client/react'
import { useListLength } from '../data/use-list-length.js'
import { useReported } from '../data/use-reported.js'
import { messageFor } from '../node/error-message.js'
import { useFestival } from '../node/node-context.js'
import { openSheet } from '../router/navigation.js'
import { Content } from '../shell/content.js'
import { FloatingAction } from '../shell/floating-action.js'
import { Hero } from '../shell/hero.js'
import { MemoryNotice } from '../shell/memory-notice.js'
import { Button } from '../ui/button.js'
import { EmptyState } from '../ui/empty-state.js'
import { MoreButton } from '../ui/more-button.js'
import { Notice } from '../ui/notice.js'
import { VenueCard } from './venue-card.js'
import styles from './venues-page.module.css'

const addVenue = () => openSheet({ name: 'new-venue' })

export function VenuesPage() {
  const { venues } = useFestival()
  const { first, showMore } = useListLength('venues')
  const { rows, status, hasNextPage, error } = useReported(useLive(venues, { orderBy: 'name', first }))
  return (
    <>
      <Hero
        title="Venues"
        lead="Stages, tents and quiet corners"
        actions={
          <Button look="primary" icon="add" onClick={addVenue}>
            Add venue
          </Button>
        }
      />
      <Content>
        <MemoryNotice />
        {error !== undefined && (
          <Notice tone="danger" title={messageFor(error).title}>
            {messageFor(error).text}
          </Notice>
        )}
        {rows.length === 0 && status === 'live' && (
          <EmptyState
            title="No place to float yet"
            actions={
              <Button look="primary" icon="add" onClick={addVenue}>
                Add a venue
              </Button>
            }
          >
            Stages, tents, a quiet corner: every event needs its place.
          </EmptyState>
        )}
        <ul className={styles.grid}>
          {rows.map((venue) => (
            <VenueCard key={venue.$id} venue={venue} />
          ))}
        </ul>
        {hasNextPage && <MoreButton onMore={showMore}>Show more venues</MoreButton>}
      </Content>
      {rows.length > 0 && <FloatingAction label="Add venue" onClick={addVenue} />}
    </>
  )
}
