/** @module Message shown when a story's data can't be loaded. */
import { words } from '../words/words.ts'

interface MissingShoppersProps {
  /** Name of the missing data; default: the example shoppers. */
  readonly what?: string
  /** Message, one sentence. */
  readonly failure: string
  readonly onRetry: () => void
}

export function MissingShoppers({
  what = words('replay.missing'),
  failure,
  onRetry,
}: MissingShoppersProps) {
  return (
    <div role="alert">
      <p>
        {what} {failure}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        {words('tryAgain')}
      </button>
    </div>
  )
}
