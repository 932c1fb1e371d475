/** @module Copies the address of what a page shows: whoever opens it sees the same, by what their own device knows. */
import { useState } from 'react'
import { words } from '../words/words.ts'

export function ShareLink() {
  const [said, setSaid] = useState('')
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href)
      setSaid(words.share.copied)
    } catch {
      // Refused, or no clipboard here: the address is in sight.
      setSaid(words.share.byHand)
    }
  }
  return (
    <span className="share">
      <button type="button" className="button" onClick={() => void copy()}>
        {words.share.copy}
      </button>
      <span className="small" role="status">
        {said}
      </span>
    </span>
  )
}
