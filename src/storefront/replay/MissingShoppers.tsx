/** @module What is said where the recorded shoppers can't be had. */
import { words } from '../words/words.ts'

interface MissingShoppersProps {
  /** A sentence. */
  readonly failure: string
  readonly onRetry: () => void
}

export function MissingShoppers({ failure, onRetry }: MissingShoppersProps) {
  return (
    <div role="alert">
      <p>
        {words.replay.missing} {failure}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        {words.tryAgain}
      </button>
    </div>
  )
}
