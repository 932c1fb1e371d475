/** @module Lists stored actions one by one, newest first, each with a button to forget it. */

import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { useState } from 'react'
import { Button } from './Button.tsx'
import { type ActionKey, actionText } from './panelText.ts'

/** Number of actions shown before the shopper requests all. */
export const FIRST = 10

export function StoredActions(props: {
  /** Stored events, newest first. Until `onAll` is called, events older than those shown at first may be missing. */
  readonly events: readonly ShopperEvent[]
  /** Number of stored actions. Default: the length of `events`. */
  readonly count?: number
  readonly onAll?: () => void
  readonly itemOf: (id: string) => Item | undefined
  readonly words: Words<ActionKey | 'forget' | 'forgetThis' | 'showAll'>
  readonly locale: string
  /** @param name the action in words */
  readonly onForget: (event: ShopperEvent, name: string) => void
}) {
  const { events, count = events.length, onAll, itemOf, words, locale, onForget } = props
  const [all, setAll] = useState(false)
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' })
  return (
    <>
      <ul className="ns-learned ns-stored">
        {events.slice(0, all ? undefined : FIRST).map((event) => {
          const name = actionText(words, event, itemOf)
          return (
            <li key={event.id}>
              <span>
                {name}{' '}
                <time className="ns-small" dateTime={new Date(event.time).toISOString()}>
                  {format.format(event.time)}
                </time>
              </span>
              <button
                type="button"
                className="ns-button ns-forget"
                aria-label={words('forgetThis', { name })}
                onClick={() => onForget(event, name)}
              >
                {words('forget')}
              </button>
            </li>
          )
        })}
      </ul>
      {count > FIRST && !all && (
        <p>
          <Button
            onClick={() => {
              setAll(true)
              onAll?.()
            }}
          >
            {words('showAll', { n: count })}
          </Button>
        </p>
      )}
    </>
  )
}
