/**
 * @module Lines that connect each item's position in one list with its position in the other. Screen readers skip the
 * lines, because the rows say the same in words.
 */

interface MoveLinesProps {
  /**
   * Ids of the shown items in sequence. `from` is the list at the inline end (right in English), `to` the list at the
   * inline start.
   */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

const WIDTH = 100
/** Length of the line of an item that only one list shows. */
const STUB = 16

/** Draws the lines. One unit of the drawing's height is one row of the lists. */
export function MoveLines({ from, to }: MoveLinesProps) {
  const rows = Math.max(from.length, to.length, 1)
  const ids = [...new Set([...from, ...to])]
  return (
    <div className="move-lines">
      <svg
        viewBox={`0 0 ${WIDTH} ${rows}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        {ids.map((id) => {
          const start = middle(from, id)
          const end = middle(to, id)
          return <path key={id} className={kind(start, end)} d={line(start, end)} />
        })}
      </svg>
    </div>
  )
}

/** Middle of an item's row; null if the list doesn't show the item. */
function middle(list: readonly string[], id: string): number | null {
  const place = list.indexOf(id)
  return place < 0 ? null : place + 0.5
}

function kind(from: number | null, to: number | null): string {
  const [start, end] = [from ?? Infinity, to ?? Infinity]
  return end < start ? 'line-up' : end > start ? 'line-down' : 'line-same'
}

function line(from: number | null, to: number | null): string {
  if (from === null) return `M${STUB} ${to}H0`
  if (to === null) return `M${WIDTH} ${from}h-${STUB}`
  return `M${WIDTH} ${from}C${WIDTH / 2} ${from} ${WIDTH / 2} ${to} 0 ${to}`
}
