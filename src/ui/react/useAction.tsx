/** @module Runs a button's action, and shows a failure beside the button. */

import type { NearsideError } from '@nearside/core/error.ts'
import { useState } from 'react'
import { troubleText } from '../messages/lists.ts'
import type { LabelKey } from '../messages/panel.ts'
import { usePersonalizationContext } from './context.ts'

/**
 * Failed action of the panel. `forget-disk`: the events were deleted from memory but not from disk. `unpersist`: the
 * shopper refused storage, but erasing failed.
 */
type Wish = LabelKey extends infer Key ? (Key extends `failed.${infer Name}` ? Name : never) : never

export function useAction() {
  const { words } = usePersonalizationContext()
  const [failed, setFailed] = useState<string | null>(null)

  /**
   * Runs the action, and resolves to whether it succeeded.
   * @param otherwise returns which failure to report, if this is known only after the failure; default: `wish`
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
      const { code } = thrown as Partial<NearsideError>
      if (code === 'terms-beyond-limits') setFailed(troubleText(words, code))
      else if (code !== 'consent-missing') setFailed(words(`failed.${otherwise()}`))
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

/** As a `ref`, focuses the element that replaces the pressed button. */
export const focusAtOnce = (element: HTMLElement | null): void => element?.focus()
