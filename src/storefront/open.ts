/**
 * @module The page's first script, and a short one: starts the personalizer, which works in a thread
 * of its own, while the shop's script is still being read.
 */
import './shop.css'
import { breathe } from './breathe.ts'
import { beginPersonalizer } from './personalizer.ts'
import { beginSearch } from './search/searchThread.ts'
import { loadGerman } from './words/loadGerman.ts'

beginSearch()
beginPersonalizer()
// `beforePaint.ts` has seen that it is wanted; whether it comes is asked later.
if (document.documentElement.dataset.words) loadGerman().catch(() => undefined)

/** This script doesn't wait for the document. */
function whole(): Promise<unknown> | null {
  if (document.readyState !== 'loading') return null
  return new Promise((resolve) => addEventListener('DOMContentLoaded', resolve, { once: true }))
}

/** Both scripts are on their way; a slow phone begins each in a task of its own. */
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
// Not awaited: the shop's script needs parts of this one, which would wait for it.
void open()
