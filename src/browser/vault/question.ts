/** @module Asks the shopper, in a window of the vault's own origin, whether to contribute. */
import type { ContributionTerms } from '../contribution/terms.ts'
import { createPressGate, type Hindrance } from './pressGate.ts'
import { showSheet } from './sheet.ts'
import { QUESTION_ENGLISH, SHARING_ENGLISH } from './words/english.ts'
import { QUESTION_GERMAN, SHARING_GERMAN } from './words/german.ts'

/** Minimum size of the window, CSS pixels. A phone held sideways and a desktop page zoomed to 400 % have more. */
const LEAST_WIDTH = 280
const LEAST_HEIGHT = 170

/** Milliseconds between two checks of the reason against a press. */
const LOOK_INTERVAL = 100

const isPress = (key: string) => key === 'Enter' || key === ' '

/** Words of the question: in the page's language if the shopper's browser lists it, else in the browser's. */
export function wordsIn(page: string, browser: readonly string[] = navigator.languages) {
  const own = page.startsWith('de') ? 'de' : 'en'
  const known = browser.map((tag) => tag.slice(0, 2)).filter((tag) => tag === 'de' || tag === 'en')
  const language = known.length === 0 || known.includes(own) ? own : known[0]
  return language === 'de'
    ? { language: 'de', question: QUESTION_GERMAN, sharing: SHARING_GERMAN }
    : { language: 'en', question: QUESTION_ENGLISH, sharing: SHARING_ENGLISH }
}

/**
 * @param shop origin of the page that asks
 * @param spoken language of that page
 * @returns the words that the shopper agreed to; null if the shopper declined
 */
export async function ask(
  terms: ContributionTerms,
  shop: string,
  spoken: string,
): Promise<string | null> {
  const { language, question, sharing } = wordsIn(spoken)
  const banner = terms.demonstration ? sharing.demonstration : undefined
  const told = `${sharing.wording} ${sharing.terms(terms)}`
  const wording = banner === undefined ? told : `${banner} ${told}`
  const { decline, act, say } = showSheet({
    language,
    title: question.question,
    banner,
    sentences: [question.asks(new URL(shop).host), told, question.onlyHere],
    decline: question.decline,
    act: question.agree,
  })
  const answered = new AbortController()
  const agreed = pressThatCounts(
    act,
    (hindrance) => {
      act.ariaDisabled = String(hindrance !== null)
      say(hindrance === null ? '' : question.hindrances[hindrance])
    },
    answered.signal,
  )
  const declined = new Promise<null>((resolve) => {
    decline.onclick = () => resolve(null)
    addEventListener('keydown', ({ key }) => key === 'Escape' && resolve(null), answered)
  })
  const answer = await Promise.race([agreed.then(() => wording), declined])
  answered.abort()
  return answer
}

/**
 * Waits for a press that counts.
 * @param changed called with the reason against a press, at first and at each change
 * @param signal ends the wait
 * @returns resolves with the first press that counts
 */
function pressThatCounts(
  agree: HTMLElement,
  changed: (hindrance: Hindrance | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const gate = createPressGate(() => {
    if (innerWidth < LEAST_WIDTH || innerHeight < LEAST_HEIGHT) return 'small'
    return document.visibilityState === 'visible' && document.hasFocus() ? null : 'unfocused'
  })
  let shown: Hindrance | null | undefined
  const show = () => {
    const hindrance = gate.hindrance(performance.now())
    if (hindrance !== shown) changed(hindrance)
    shown = hindrance
  }
  const restart = () => {
    gate.restart(performance.now())
    show()
  }
  const isOnAgree = ({ target }: Event) => agree.contains(target as Node)
  const until = { signal, capture: true }
  // Without `capture`, since only the window's focus counts, not a button's.
  for (const name of ['focus', 'blur', 'resize']) addEventListener(name, restart, { signal })
  document.addEventListener('visibilitychange', restart, until)
  addEventListener('pointermove', (event) => isOnAgree(event) || gate.travel(), until)
  addEventListener(
    'pointerdown',
    (event) => {
      const { pointerId, pointerType, timeStamp: time } = event
      const device = pointerType === 'mouse' ? 'mouse' : 'touch'
      const id = `${pointerId}`
      gate.start({ time, isOnAgree: isOnAgree(event), device, id, repeats: false })
    },
    until,
  )
  addEventListener(
    'keydown',
    (event) => {
      const { key, repeat: repeats, timeStamp: time } = event
      if (!isPress(key)) return
      gate.start({ time, isOnAgree: isOnAgree(event), device: 'key', id: key, repeats })
    },
    until,
  )
  // The timeout runs after the click that belongs to the press.
  const end = (id: string) => setTimeout(() => gate.end(id))
  for (const name of ['pointerup', 'pointercancel'] as const)
    addEventListener(name, ({ pointerId }) => end(`${pointerId}`), until)
  addEventListener('keyup', ({ key }) => isPress(key) && end(key), until)
  addEventListener('blur', gate.leave, { signal })
  const timer = setInterval(show, LOOK_INTERVAL)
  signal.addEventListener('abort', () => clearInterval(timer))
  // The second frame begins after the first has been painted.
  requestAnimationFrame(() => requestAnimationFrame(restart))
  show()
  return new Promise((resolve) => {
    const clicked = ({ isTrusted, timeStamp }: MouseEvent) => {
      if (isTrusted && gate.click(timeStamp)) resolve()
      else show()
    }
    agree.addEventListener('click', clicked, { signal })
  })
}
