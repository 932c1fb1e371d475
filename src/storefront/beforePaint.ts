/**
 * @module What the page as it was rendered can't know of this shopper: runs before the first paint, as
 * a script of its own, and only sets attributes that the style sheet looks at.
 */

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`nearside-shop.${key}`) ?? 'null')
  } catch {
    return null
  }
}

const has = (key: string): boolean => {
  const value = read(key)
  return Array.isArray(value) && value.length > 0
}

const { dataset } = document.documentElement
const theme = read('theme')
if (theme === 'light' || theme === 'dark') dataset.theme = theme
if (read('order') === 'base') dataset.order = 'base'
// Whoever did something here gets a list of their own, and not everybody's first.
else if (['viewed', 'wishlist', 'basket', 'orders'].some(has)) dataset.returning = ''
if (has('viewed')) dataset.viewed = ''
