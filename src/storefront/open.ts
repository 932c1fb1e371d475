/**
 * @module The page's first script, and a short one: starts the personalizer, which works in a thread
 * of its own, while the shop's script is still being read.
 */
import './shop.css'
import { beginPersonalizer } from './personalizer.ts'

beginPersonalizer()
const root = document.getElementById('shop')
if (!root) throw new Error('The page has no #shop element')
// Not awaited at the top: the shop's script needs parts of this one, which would wait for it.
void import('./main.tsx').then(({ openShop }) => openShop(root))
