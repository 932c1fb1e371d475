/** @module Runs a button's action, and shows a failure beside the button. */

import type { NearsideError } from '@nearside/core/error.ts'
import { useState } from 'react'
import { usePersonalizationContext } from './context.ts'
import type { Wish } from './labels.ts'

export function useAction() {
  const { labels } = usePersonalizationContext()
  const [failed, setFailed] = useState<string | null>(null)

  /**
   * Resolves to whether the action succeeded.
   * @param otherwise the failure to report, where it is only known afterwards; default `wish`
   */
  async function run(
    wish: Wish,
    work: () => Promise<unknown>,
    otherwise = () => wish,
  ): Promise<boolean> {
    setFailed(null)
    try {
      await work()
      return true
    } catch (thrown) {
      // The shopper cancelled, which needs no message.
      const { code } = thrown as Partial<NearsideError>
      if (code === 'terms-beyond-limits') setFailed(labels.trouble(code))
      else if (code !== 'consent-missing') setFailed(labels.failed(otherwise()))
      return false
    }
  }

  const alert = failed && (
    <p className="ns-notice" role="alert">
      {failed}
    </p>
  )
  return { run, alert, dismiss: () => setFailed(null) }
}

/** Focuses a button that replaces the pressed one. */
export function focusAtOnce(button: HTMLButtonElement | null): void {
  button?.focus()
}
