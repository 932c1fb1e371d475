/**
 * @module The page's first, short script. The script starts the personalizer's worker, which then works while the
 * browser still reads the shop's script.
 */
import './shop.css'
import { breathe } from './breathe.ts'
import { beginPersonalizer } from './personalizer.ts'
import { beginSearch } from './search/searchThread.ts'
import { collectAsked } from './wire/asked.ts'
import { loadGerman } from './words/loadGerman.ts'

collectAsked()
beginSearch()
beginPersonalizer()
// German loads here if `beforePaint.ts` found that it is needed. `followLanguage` handles a failure later.
if (document.documentElement.dataset.words) loadGerman().catch(() => undefined)

/**
 * Waits until the browser has read the whole document, because this script can run before that. Null if there is
 * nothing to wait for.
 */
function whole(): Promise<unknown> | null {
  if (document.readyState !== 'loading') return null
  return new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }))
}

/**
 * Starts the shop. Each of the page's two scripts runs in a task of its own, so neither blocks a slow phone for long.
 */
async function open(): Promise<void> {
  await import('./App.tsx')
  await breathe()
  const { openShop } = await import('./main.tsx')
  await breathe()
  await whole()
  const root = document.getElementById('shop')
  if (!root) throw new Error('The page has no #shop element')
  await openShop(root)
}
// `open` isn't awaited here: the shop's script imports parts of this script, so each script would wait for the other.
void open()
