/** @module Explains an item's position in a list. */
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { usePersonalizationContext } from './context.ts'
import { movedText, reasonText } from './reason.ts'

/** One line: "Because you looked at …", and how far the item moved. */
export function WhyThis({ recommendation }: { readonly recommendation: Recommendation }) {
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
