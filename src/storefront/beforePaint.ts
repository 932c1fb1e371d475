/**
 * @module What the page as it was rendered can't know of this shopper: runs before the first paint, as
 * a script of its own, and only sets attributes, which the style sheet looks at.
 */

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`nearside-shop.${key}`) ?? 'null')
  } catch {
    return null
  }
}

const { dataset } = document.documentElement
// The page was rendered in English. Who reads German waits for it, and sees no English before.
const language = read('language') ?? navigator.languages.find((tag) => /^(en|de)\b/.test(tag))
if (String(language).startsWith('de')) {
  document.documentElement.lang = 'de-DE'
  dataset.words = 'awaited'
  // Where it doesn't come, English is better than nothing.
  setTimeout(() => delete dataset.words, 10_000)
}
const theme = read('theme')
if (theme === 'light' || theme === 'dark') dataset.theme = theme
if (read('order') === 'base') dataset.order = 'base'
// Of whom the device knows something gets a list of their own, and not everybody's first.
else if (read('known') === true) dataset.returning = ''
// A list that is narrowed down or sorted is another than the one that was rendered.
if (/[?&#](price|stock|sort|show)=/.test(location.search + location.hash)) dataset.narrowed = ''
if (read('viewed') === true) dataset.viewed = ''
// The basket was rendered empty.
if (String(read('basket') ?? '') !== '') dataset.basket = ''

// A button can be seen before it can do anything: `main.tsx` presses it again as soon as it can.
addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return
  const early = target.closest('#shop:not([data-open]) button[type="button"]')
  early?.setAttribute('data-pressed', '')
})
