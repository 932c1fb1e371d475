/** @module Explains an item's position in a list. */
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { movedText, reasonText } from '../lists/reason.ts'
import { usePersonalizationContext } from './context.ts'

/** One line with the reason ("Because you looked at …") and the number of places that the item moved. */
export function WhyThis({ recommendation }: { readonly recommendation: Recommendation }) {
  const { itemOf, words } = usePersonalizationContext()
  const moved = movedText(words, recommendation)
  return (
    <p className="ns-why">
      <span className="ns-why-reason">
        {reasonText(words, recommendation.reason, itemOf, recommendation.id)}
      </span>
      {moved && <span className="ns-why-moved">{` ${moved}`}</span>}
    </p>
  )
}
