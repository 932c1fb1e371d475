/**
 * @module Short notes during the first visit. The note after the first view says that this device keeps what it learned
 * to itself. The note after the third view says that the shop works without a network. Each note shows once, for some
 * seconds or until it is closed. Between the two notes, the shop asks whether to store what it learned, until the
 * shopper answers.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { replayKept } from '../offline.ts'
import { Icon } from '../parts/Icon.tsx'
import { Link } from '../parts/Link.tsx'
import { declined } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'
import { told, visit } from './visit.ts'

/** Milliseconds that a note stays. */
const LONG = 15_000
/** Number of views after which the note about use without a network shows. */
const ENOUGH = 3

type Saying = 'learned' | 'keep' | 'offline'

/** @param path path of the page on screen */
export function Passing({ path }: { readonly path: string }) {
  const saying = useSaying()
  // On a phone, the main button of a product page stands at the bottom of the screen, where the note would cover it. On
  // such a page the note has another position. The `key` makes React create a new note there, because moving the old
  // note would shift the page.
  const place = path.startsWith('/product/') ? 'passing at-product' : 'passing'
  return (
    <div role="status">
      {saying && (
        <div className={place} key={place}>
          {saying === 'keep' ? <Question /> : <Note key={saying} saying={saying} />}
        </div>
      )}
    </div>
  )
}

function useSaying(): Saying | null {
  const { looks } = useSignal(visit)
  const already = useSignal(told)
  const kept = useSignal(replayKept)
  const no = useSignal(declined)
  const { events, paused, persist, storage } = usePersonalization()
  // Whether the shop works without a network, because its files and events are stored.
  const goesOn = (kept === 'kept' || kept === 'saves-data') && storage === 'indexeddb'
  // No note shows while learning is paused, or before the first event.
  if (paused || events.count === 0) return null
  const asks = persist.option === 'ask' && (persist.unerased || (persist.allowed === null && !no))
  if (asks && already >= 1) return 'keep'
  if (looks >= ENOUGH && goesOn && already < 2) return 'offline'
  if (looks >= 1 && already < 1) return 'learned'
  return null
}

const STAGE = { learned: 1, offline: 2 } as const

/** The question about storing. The two buttons of the question look alike, so that neither answer is suggested. */
function Question() {
  const personalizer = usePersonalizer()
  const { unerased } = usePersonalization().persist
  const [failed, setFailed] = useState(false)
  const answer = (allowed: boolean) =>
    personalizer?.setPersist(allowed).then(
      () => setFailed(false),
      () => setFailed(true),
    )
  return (
    <section className="passing-note keep" aria-labelledby="keep-question">
      <p id="keep-question">
        {unerased
          ? words('failed.unpersist')
          : failed
            ? words('failed.persist')
            : words('keep.question')}
      </p>
      <div className="keep-answers">
        <button type="button" onClick={() => void answer(false)}>
          {words('keep.no')}
        </button>
        <button type="button" onClick={() => void answer(true)}>
          {words('keep.yes')}
        </button>
      </div>
    </section>
  )
}

function Note({ saying }: { readonly saying: Exclude<Saying, 'keep'> }) {
  const note = useRef<HTMLDivElement>(null)
  const stage = STAGE[saying]
  const done = useCallback(() => told.set(stage), [stage])
  useEffect(() => {
    const timer = setInterval(() => {
      // The note stays while the shopper points at it or focuses it.
      if (!note.current?.matches(':hover, :focus-within')) done()
    }, LONG)
    return () => clearInterval(timer)
  }, [done])
  return (
    <div className="passing-note" ref={note}>
      <p>
        {saying === 'learned' ? (
          <>
            {words('yourList.learned')}{' '}
            <Link href="/" onClick={done}>
              {words('yourList.seeWhatChanged')}
            </Link>
          </>
        ) : (
          words('yourList.offline')
        )}
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={words('yourList.closeNote')}
        onClick={done}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
