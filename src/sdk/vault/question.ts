/**
 * @module Asks the shopper whether to contribute, in the vault's own document, where no script of the shop's page
 * can answer or change a word. Such a script can still lay something over the frame: where the browser tells
 * (Chromium), the answer is open only while all of the question is in plain sight.
 */
import type { ContributionTerms } from '../../device/upload/terms.ts'
import { QUESTION_ENGLISH, SHARING_ENGLISH } from './words/english.ts'
import { QUESTION_GERMAN, SHARING_GERMAN } from './words/german.ts'

/** Milliseconds for which it must have been in sight: nobody agrees with a click that was meant for something else. */
const IN_SIGHT = 1000

const STYLE = `
:root { color-scheme: light dark; background: transparent; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1rem; box-sizing: border-box }
main { box-sizing: border-box; max-width: 34rem; padding: 1.25rem 1.5rem; border: 1px solid GrayText; border-radius: .75rem; background: Canvas; color: CanvasText }
h1 { margin: 0; font-size: 1.25rem; line-height: 1.3; outline: none }
p { margin: .75rem 0 0 }
div { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem }
button { flex: 1 1 9rem; min-height: 2.75rem; padding: .25rem 1rem; border: 1px solid ButtonBorder; border-radius: .5rem; background: ButtonFace; color: ButtonText; font: inherit; cursor: pointer }
button:disabled { color: GrayText; cursor: default }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }`

/**
 * @param language of the page
 * @param signal closes it
 * @returns the words that were agreed to; null where they weren't
 */
export function ask(
  terms: ContributionTerms,
  shop: string,
  language: string,
  signal: AbortSignal,
): Promise<string | null> {
  const isGerman = language.startsWith('de')
  const words = isGerman ? QUESTION_GERMAN : QUESTION_ENGLISH
  const sharing = isGerman ? SHARING_GERMAN : SHARING_ENGLISH
  const wording = `${sharing.wording} ${sharing.terms(terms)}`
  document.documentElement.lang = isGerman ? 'de' : 'en'
  const style = new CSSStyleSheet()
  style.replaceSync(STYLE)
  document.adoptedStyleSheets = [style]

  const title = made('h1', words.question)
  title.tabIndex = -1
  const [decline, agree] = [made('button', words.decline), made('button', words.agree)]
  agree.disabled = true
  const buttons = made('div')
  buttons.append(decline, agree)
  const main = made('main')
  const said = [words.asks(new URL(shop).host), wording, words.onlyHere]
  main.append(title, ...said.map((text) => made('p', text)), buttons)

  let timer: ReturnType<typeof setTimeout> | undefined
  const sight = new IntersectionObserver(
    (entries) => {
      const seen = entries.at(-1) as IntersectionObserverEntry & { readonly isVisible?: boolean }
      clearTimeout(timer)
      agree.disabled = true
      if (seen.isIntersecting && seen.isVisible !== false)
        timer = setTimeout(() => {
          agree.disabled = false
        }, IN_SIGHT)
    },
    // Not in TypeScript's library. @see https://w3c.github.io/IntersectionObserver/v2/
    { trackVisibility: true, delay: 100 } as IntersectionObserverInit,
  )
  document.body.replaceChildren(main)
  sight.observe(main)
  title.focus()
  return new Promise<string | null>((resolve) => {
    decline.onclick = () => resolve(null)
    agree.onclick = () => resolve(wording)
    const until = { signal }
    addEventListener('keydown', ({ key }) => key === 'Escape' && resolve(null), until)
    signal.addEventListener('abort', () => resolve(null))
  }).finally(() => {
    clearTimeout(timer)
    sight.disconnect()
    document.body.replaceChildren()
  })
}

function made<Name extends keyof HTMLElementTagNameMap>(name: Name, text = '') {
  const element = document.createElement(name)
  element.textContent = text
  return element
}
