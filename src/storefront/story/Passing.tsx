/**
 * @module What is said in passing during the first visit: after the first look that it stayed here, after the
 * third that no network is needed. Each once, and gone when it is pressed away or has been there long.
 */
import { useCallback, useEffect, useRef } from 'react'
import { usePersonalization } from '../../react.ts'
import { replayKept } from '../offline.ts'
import { Icon } from '../parts/Icon.tsx'
import { Link } from '../parts/Link.tsx'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'
import { told, visit } from './visit.ts'

/** Milliseconds. */
const LONG = 15_000
/** Looks after which the shop shows what it can do without a network. */
const ENOUGH = 3

type Saying = 'learned' | 'offline'

export function Passing() {
  const saying = useSaying()
  return (
    <div className="passing" role="status">
      {saying && <Note key={saying} saying={saying} />}
    </div>
  )
}

function useSaying(): Saying | null {
  const { looks } = useSignal(visit)
  const already = useSignal(told)
  const kept = useSignal(replayKept)
  const { events, paused, storage } = usePersonalization()
  // Without a network the shop goes on only where it is kept.
  const goesOn = (kept === 'kept' || kept === 'saves-data') && storage === 'indexeddb'
  // Nothing is kept while learning is paused, and where the personalizer could not start.
  if (paused || events.count === 0) return null
  if (looks >= ENOUGH && goesOn && already < 2) return 'offline'
  if (looks >= 1 && already < 1) return 'learned'
  return null
}

const STAGE = { learned: 1, offline: 2 } as const

function Note({ saying }: { readonly saying: Saying }) {
  const note = useRef<HTMLDivElement>(null)
  const stage = STAGE[saying]
  const done = useCallback(() => told.set(stage), [stage])
  useEffect(() => {
    const timer = setInterval(() => {
      // Somebody is at it.
      if (!note.current?.matches(':hover, :focus-within')) done()
    }, LONG)
    return () => clearInterval(timer)
  }, [done])
  return (
    <div className="passing-note" ref={note}>
      <p>
        {saying === 'learned' ? (
          <>
            {words.yourList.learned}{' '}
            <Link href="/" onClick={done}>
              {words.yourList.seeWhatChanged}
            </Link>
          </>
        ) : (
          words.yourList.offline
        )}
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={words.yourList.closeNote}
        onClick={done}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
