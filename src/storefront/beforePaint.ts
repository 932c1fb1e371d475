/**
 * @module Adapts the prerendered page to this shopper. It runs before the first paint, as a script of its own, and
 * only sets attributes for the style sheet.
 */

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`nearside-shop.${key}`) ?? 'null')
  } catch {
    return null
  }
}

const { dataset } = document.documentElement
// The page was rendered in English. A German reader waits for German and sees no English before.
const language = read('language') ?? navigator.languages.find((tag) => /^(en|de)\b/.test(tag))
if (String(language).startsWith('de')) {
  document.documentElement.lang = 'de-DE'
  dataset.words = 'awaited'
  // If German doesn't load, English is better than nothing.
  setTimeout(() => delete dataset.words, 10_000)
}
const theme = read('theme')
if (theme === 'light' || theme === 'dark') dataset.theme = theme
if (read('order') === 'base') dataset.order = 'base'
// A known shopper waits for their own list instead of first seeing everybody's.
else if (read('known') === true) dataset.returning = ''
// A filtered or sorted list differs from the prerendered one.
if (/[?&#](price|stock|sort|show)=/.test(location.search + location.hash)) dataset.narrowed = ''
if (read('viewed') === true) dataset.viewed = ''
// The prerendered basket is empty.
if (String(read('basket') ?? '') !== '') dataset.basket = ''

// A button or choice is visible before it works; `main.tsx` repeats the click as soon as it can.
addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  const early = target.closest(
    '#shop:not([data-open]) :is(button[type="button"], .order-switch label)',
  )
  early?.setAttribute('data-pressed', '')
})
