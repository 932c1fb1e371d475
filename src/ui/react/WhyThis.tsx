/** @module Why an item stands where it stands. */
import type { Recommendation } from '../../core/ranking/apiLists.ts'
import { usePersonalizationContext } from './context.ts'
import { movedText, reasonText } from './reason.ts'

/** What the line is about. */
export interface WhyThisProps {
  /** The item of a list. */
  readonly recommendation: Recommendation
}

/** One line: "Because you looked at …", and how far the item moved. */
export function WhyThis({ recommendation }: WhyThisProps) {
  const { itemOf, labels } = usePersonalizationContext()
  const moved = movedText(recommendation, labels)
  return (
    <p className="ns-why">
      <span className="ns-why-reason">
        {reasonText(recommendation.reason, itemOf, labels, recommendation.id)}
      </span>
      {moved && <span className="ns-why-moved">{` ${moved}`}</span>}
    </p>
  )
}
