/**
 * @module Adapts the prerendered page to this shopper. This script runs before the first paint, and only sets
 * attributes for the style sheet.
 */

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`nearside-shop.${key}`) ?? 'null')
  } catch {
    return null
  }
}

const { dataset } = document.documentElement
const who = read('who') ?? 'me'
/**
 * Prefix of the storage keys of the person whom the shopper is shopping for. While they shop for `nobody`, no keys are
 * stored.
 */
const own = who === 'me' ? '' : `for.${who}.`
// The page was rendered in English. For a German reader, the page's texts stay hidden until German is loaded.
const language = read('language') ?? navigator.languages.find((tag) => /^(en|de)\b/.test(tag))
if (String(language).startsWith('de')) {
  document.documentElement.lang = 'de-DE'
  dataset.words = 'awaited'
  // If German doesn't load, the page shows English.
  setTimeout(() => delete dataset.words, 10_000)
}
const theme = read('theme')
if (theme === 'light' || theme === 'dark') dataset.theme = theme
if (read('order') === 'base') dataset.order = 'base'
// The prerendered list is the same for everyone, so it stays hidden until a returning shopper's own list is ready.
else if (read(`${own}known`) === true) dataset.returning = ''
// If a service worker controls the page, it has stored the font of the texts, so the first paint can use this font.
if (navigator.serviceWorker?.controller) dataset.face = ''
// The prerendered list is hidden if the address filters or sorts it.
if (/[?&#](price|stock|sort|show)=/.test(location.search + location.hash)) dataset.narrowed = ''
if (read(`${own}viewed`) === true) dataset.viewed = ''
// The prerendered empty basket is hidden if this shopper's basket has products.
if (who !== 'nobody' && String(read('basket') ?? '') !== '') dataset.basket = ''

// A button or choice is visible before it works. This listener marks what was clicked too early, and `main.tsx` repeats
// the click later.
addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  const early = target.closest(
    '#shop:not([data-open]) :is(button[type="button"], .order-switch label)',
  )
  early?.setAttribute('data-pressed', '')
})
