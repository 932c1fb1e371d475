/** @module Lines from each place in one list to its place in the other; decoration, the rows say it in words. */

interface MoveLinesProps {
  /** Ids in order, as many as are shown; `from` is the list on the right. */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

const WIDTH = 100

/** The box is stretched to the lists' height: one unit is one row, whatever its height. */
export function MoveLines({ from, to }: MoveLinesProps) {
  const rows = Math.max(from.length, to.length, 1)
  const places = new Map(to.map((id, index) => [id, index]))
  const origins = new Set(from)
  return (
    <div className="move-lines">
      <svg
        viewBox={`0 0 ${WIDTH} ${rows}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        {from.map((id, index) => {
          const target = places.get(id)
          const y = index + 0.5
          if (target === undefined)
            return <path key={id} className="line-out" d={`M${WIDTH} ${y}c-12 0 -18 .05 -20 .25`} />
          const end = target + 0.5
          const kind = end < y ? 'line-up' : end > y ? 'line-down' : 'line-same'
          return <path key={id} className={kind} d={curve(y, end)} />
        })}
        {to.map((id, index) =>
          origins.has(id) ? null : (
            <path key={id} className="line-up" d={`M0 ${index + 0.5}c12 0 18 .05 20 .25`} />
          ),
        )}
      </svg>
    </div>
  )
}

const curve = (from: number, to: number): string =>
  `M${WIDTH} ${from}C${WIDTH / 2} ${from} ${WIDTH / 2} ${to} 0 ${to}`
