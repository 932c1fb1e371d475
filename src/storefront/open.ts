/**
 * @module The page's first, short script. It starts the personalizer, which runs in its own thread while the
 * browser still reads the shop's script.
 */
import './shop.css'
import { breathe } from './breathe.ts'
import { beginPersonalizer } from './personalizer.ts'
import { beginSearch } from './search/searchThread.ts'
import { loadGerman } from './words/loadGerman.ts'

beginSearch()
beginPersonalizer()
// `beforePaint.ts` found that German is needed; a later check handles a failed load.
if (document.documentElement.dataset.words) loadGerman().catch(() => undefined)

/** This script doesn't wait for the document. */
function whole(): Promise<unknown> | null {
  if (document.readyState !== 'loading') return null
  return new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }))
}

/** Both scripts are loading; a slow phone starts each in its own task. */
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
// Without `await`, because the shop's script imports parts of this one and would wait for it.
void open()
