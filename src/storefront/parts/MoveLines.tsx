/**
 * @module Lines from each place in one list to its place in the other. They are decoration; the rows have the same
 * information as text.
 */

interface MoveLinesProps {
  /**
   * Ids of the shown items in order. `from` is the list at the inline end (right in English), `to` the one at the
   * inline start.
   */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

const WIDTH = 100
/** An item that is in only one list leads below the other list, where its remainder begins. */
const FOOT = 0.44

/** The box is stretched to the lists' height: one unit is one row. */
export function MoveLines({ from, to }: MoveLinesProps) {
  const rows = Math.max(from.length, to.length, 1)
  const ids = [...new Set([...from, ...to])]
  const placeIn = (list: readonly string[], id: string) => {
    const place = list.indexOf(id)
    return place < 0 ? rows + FOOT / 2 : place + 0.5
  }
  return (
    <div className="move-lines">
      <svg
        viewBox={`0 0 ${WIDTH} ${rows + FOOT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        {ids.map((id) => {
          const start = placeIn(from, id)
          const end = placeIn(to, id)
          const kind = end < start ? 'line-up' : end > start ? 'line-down' : 'line-same'
          return <path key={id} className={kind} d={curve(start, end)} />
        })}
      </svg>
    </div>
  )
}

const curve = (from: number, to: number): string =>
  `M${WIDTH} ${from}C${WIDTH / 2} ${from} ${WIDTH / 2} ${to} 0 ${to}`
