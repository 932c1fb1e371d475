/**
 * @module Asks the shopper whether to contribute, in a window of the vault's origin (vault: frame on another origin).
 */
import type { ContributionTerms } from '../contribution/terms.ts'
import { type Words, wordsIn } from '../page/words.ts'
import questionGerman from './messages/question.de.json' with { type: 'json' }
import questionEnglish from './messages/question.en.json' with { type: 'json' }
import sharingGerman from './messages/sharing.de.json' with { type: 'json' }
import { createPressGate, type Hindrance } from './pressGate.ts'
import { SHARING_ENGLISH, type SharingKey, termsText } from './termsText.ts'

/** Minimum size of the window, CSS pixels. A phone held sideways and a page zoomed to 400 % have larger windows. */
const LEAST_WIDTH = 280
const LEAST_HEIGHT = 170

/** Milliseconds between two checks whether a press would count as consent. */
const LOOK_INTERVAL = 100

const isPress = (key: string) => key === 'Enter' || key === ' '

type QuestionKey = keyof typeof questionEnglish | SharingKey

/** Words of the question, in the page's language if the shopper's browser lists it, else in the browser's language. */
export function questionIn(
  page: string,
  browser: readonly string[] = navigator.languages,
): { readonly language: string; readonly words: Words<QuestionKey> } {
  const own = page.startsWith('de') ? 'de' : 'en'
  const known = browser.map((tag) => tag.slice(0, 2)).filter((tag) => tag === 'de' || tag === 'en')
  const language = known.length === 0 || known.includes(own) ? own : known[0]
  const words =
    language === 'de'
      ? wordsIn({ ...questionGerman, ...sharingGerman }, 'de-DE')
      : wordsIn({ ...questionEnglish, ...SHARING_ENGLISH }, 'en-GB')
  return { language, words }
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
  const { language, words } = questionIn(spoken)
  const banner = terms.demonstration ? words('demonstration') : undefined
  const told = `${words('wording')} ${termsText(words, terms)}`
  const wording = banner === undefined ? told : `${banner} ${told}`
  const { decline, act, say } = showSheet({
    language,
    title: words('question'),
    banner,
    sentences: [words('asks', { shop: new URL(shop).host }), told, words('onlyHere')],
    decline: words('decline'),
    act: words('agree'),
  })
  const answered = new AbortController()
  const agreed = pressThatCounts(
    act,
    (hindrance) => {
      act.ariaDisabled = String(hindrance !== null)
      say(hindrance === null ? '' : words(`hindrances.${hindrance}`))
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
 * Resolves with the first press that counts as consent.
 * @param changed gets the reason why a press would not count now, null if it would; called at first and at each change
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
  // Listens without `capture`, since only the window's own focus events count, not those of a button.
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
  // A timeout of 0 ends a press only after its click event, because the gate judges the click by the press.
  const end = (id: string) => setTimeout(() => gate.end(id))
  for (const name of ['pointerup', 'pointercancel'] as const)
    addEventListener(name, ({ pointerId }) => end(`${pointerId}`), until)
  addEventListener('keyup', ({ key }) => isPress(key) && end(key), until)
  addEventListener('blur', gate.leave, { signal })
  const timer = setInterval(show, LOOK_INTERVAL)
  signal.addEventListener('abort', () => clearInterval(timer))
  // The second animation frame begins after the first has been painted, so the question is then visible.
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

const STYLE = `
:root { color-scheme: light dark; background: transparent; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; box-sizing: border-box; padding: 1rem }
main { box-sizing: border-box; display: flex; flex-direction: column; gap: .75rem; max-width: 34rem; padding: 0 1.5rem 1.25rem; border: 1px solid GrayText; border-radius: .75rem; background: Canvas; color: CanvasText }
:root.window { background: Canvas }
.window body { padding: 0; place-items: stretch center }
.window main { border: 0 }
header { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: start; justify-content: space-between; padding: 1.25rem 0 .5rem; background: Canvas }
h1 { flex: 1 1 12rem; margin: 0; font-size: 1.25rem; line-height: 1.3; outline: none }
p { margin: 0 }
[role=note] { padding: .5rem .75rem; border: 2px solid currentColor; border-radius: .5rem; font-weight: 700 }
[role=status] { min-height: 3em; margin-top: auto }
button { min-width: 8rem; min-height: 2.75rem; padding: .25rem 1rem; border: 1px solid ButtonBorder; border-radius: .5rem; background: ButtonFace; color: ButtonText; font: inherit; cursor: pointer }
main > button { align-self: end }
button[aria-disabled=true] { border-style: dashed; opacity: .7; cursor: default }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }`

interface Sheet {
  readonly decline: HTMLButtonElement
  /** Button by which the shopper agrees. */
  readonly act: HTMLButtonElement
  /** Shows one sentence beside the button, also to a screen reader. */
  say(sentence: string): void
}

interface SheetText {
  /** Language of the words: `en` or `de`. */
  readonly language: string
  readonly title: string
  /** Text shown in a box above the sentences. */
  readonly banner?: string
  readonly sentences: readonly string[]
  readonly decline: string
  readonly act: string
}

/** Shows the text in the document and moves the focus to the heading. */
export function showSheet(text: SheetText): Sheet {
  const { language, title, banner, sentences, decline, act } = text
  document.documentElement.lang = language
  document.documentElement.classList.toggle('window', window.parent === window)
  document.title = title
  const style = new CSSStyleSheet()
  style.replaceSync(STYLE)
  document.adoptedStyleSheets = [style]

  const [heading, status] = [made('h1', title), made('p')]
  heading.tabIndex = -1
  status.role = 'status'
  status.id = 'status'
  const sheet = { decline: made('button', decline), act: made('button', act) }
  sheet.act.setAttribute('aria-describedby', status.id)
  const [main, header] = [made('main'), made('header')]
  header.append(heading, sheet.decline)
  const note = banner === undefined ? [] : [made('p', banner)]
  for (const frame of note) frame.role = 'note'
  main.append(header, ...note, ...sentences.map((text) => made('p', text)), status, sheet.act)
  document.body.replaceChildren(main)
  heading.focus()
  return {
    ...sheet,
    say(sentence) {
      status.textContent = sentence
    },
  }
}

function made<Name extends keyof HTMLElementTagNameMap>(name: Name, text = '') {
  const element = document.createElement(name)
  element.textContent = text
  return element
}
