/**
 * @module Opens the window in which a vault (frame on another origin) asks for consent. In the frame itself, a page
 * could hide all but one button with a mask or a `clip-path`, unnoticed even by Chromium's IntersectionObserver. A page
 * can't cover a window of another origin to which it has no reference.
 */
import type { ContributionTerms } from '../contribution/terms.ts'
import { type Answered, type ToWindow, VAULT } from './handshake.ts'
import { ask, questionIn, showSheet } from './question.ts'

/** Size of the window in CSS pixels; a phone opens a tab instead. */
const FEATURES = 'popup,width=560,height=720'

/**
 * Shows a button in the vault's frame that opens the window, and waits for the answer.
 * @param language language of the page
 * @param signal closes the window
 * @returns the words that the shopper agreed to in the window; null if the shopper declined
 */
export function askInWindow(
  terms: ContributionTerms,
  shop: string,
  language: string,
  signal: AbortSignal,
): Promise<string | null> {
  const spoken = questionIn(language)
  const { words } = spoken
  const { decline, act, say } = showSheet({
    language: spoken.language,
    title: words('question'),
    sentences: [words('asks', { shop: new URL(shop).host }), words('apart')],
    decline: words('decline'),
    act: words('open'),
  })
  let opened: Window | null = null
  act.onclick = () => {
    if (opened === null || opened.closed) opened = open(location.href, '_blank', FEATURES)
    else opened.focus()
    say(opened === null ? words('blocked') : '')
  }
  const done = new AbortController()
  return new Promise<string | null>((resolve) => {
    decline.onclick = () => resolve(null)
    addEventListener('keydown', ({ key }) => key === 'Escape' && resolve(null), done)
    addEventListener('pagehide', () => resolve(null), done)
    signal.addEventListener('abort', () => resolve(null))
    addEventListener(
      'message',
      ({ data, origin, source }: MessageEvent<Answered | typeof VAULT>) => {
        if (source === null || source !== opened || origin !== location.origin) return
        if (data === VAULT)
          opened.postMessage({ terms, shop, language } satisfies ToWindow, location.origin)
        else resolve(data.wording)
      },
      done,
    )
  }).finally(() => {
    done.abort()
    opened?.close()
    document.body.replaceChildren()
  })
}

/** Asks the shopper for the consent in this window, and sends the answer to the vault's frame, which opened it. */
export function answerOpener(): void {
  const opener = window.opener as Window | null
  if (opener === null) return
  let asked = false
  addEventListener('message', async ({ data, origin, source }: MessageEvent<ToWindow>) => {
    if (source !== opener || origin !== location.origin || asked) return
    asked = true
    const wording = await ask(data.terms, data.shop, data.language)
    opener.postMessage({ wording } satisfies Answered, location.origin)
    close()
  })
  opener.postMessage(VAULT, location.origin)
}
