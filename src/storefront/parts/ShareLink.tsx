/** @module Button that copies the page's address. Others see the same page, ranked by their own device. */
import { useState } from 'react'
import { words } from '../words/words.ts'

export function ShareLink() {
  const [said, setSaid] = useState('')
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href)
      setSaid(words('share.copied'))
    } catch {
      // Access was denied or there is no clipboard, so the page asks the shopper to copy the address by hand.
      setSaid(words('share.byHand'))
    }
  }
  return (
    <span className="share">
      <button type="button" className="button" onClick={() => void copy()}>
        {words('share.copy')}
      </button>
      <span className="small" role="status">
        {said}
      </span>
    </span>
  )
}
