/** @module Copies the address of what a page shows: whoever opens it sees the same, by what their own device knows. */
import { useState } from 'react'

export function ShareLink() {
  const [said, setSaid] = useState('')
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href)
      setSaid('Copied. The link says nothing about you.')
    } catch {
      // Refused, or no clipboard here: the address is in sight.
      setSaid('Please copy it from the address bar.')
    }
  }
  return (
    <span className="share">
      <button type="button" className="button" onClick={() => void copy()}>
        Copy link
      </button>
      <span className="small" role="status">
        {said}
      </span>
    </span>
  )
}
