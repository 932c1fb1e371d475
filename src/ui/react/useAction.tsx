/** @module What a button sets going. Where it fails, that is said beside the button. */
import { useState } from 'react'
import type { NearsideError } from '../../core/error.ts'
import { usePersonalizationContext } from './context.ts'
import type { Wish } from './labels.ts'

export function useAction() {
  const { labels } = usePersonalizationContext()
  const [failed, setFailed] = useState<string | null>(null)

  /**
   * Resolves with whether it was done.
   * @param otherwise what failed, where that shows afterwards only; default `wish`
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
      // The shopper's own no needs no words.
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

/** For a button that comes because another was pressed. */
export function focusAtOnce(button: HTMLButtonElement | null): void {
  button?.focus()
}
