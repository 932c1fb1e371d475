/** @module Message shown when the example shoppers can't be loaded. */
import { words } from '../words/words.ts'

interface MissingShoppersProps {
  /** Message, one sentence. */
  readonly failure: string
  readonly onRetry: () => void
}

export function MissingShoppers({ failure, onRetry }: MissingShoppersProps) {
  return (
    <div role="alert">
      <p>
        {words('replay.missing')} {failure}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        {words('tryAgain')}
      </button>
    </div>
  )
}
