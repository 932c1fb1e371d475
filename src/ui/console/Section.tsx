/** @module A titled part of the console, and the name–value list that most parts are. */
import { type ReactNode, useId } from 'react'
import type { Personalizer, PersonalizerSnapshot } from '../../device/api.ts'

export interface SectionProps {
  readonly personalizer: Personalizer
  readonly snapshot: PersonalizerSnapshot
}

interface TitledProps {
  readonly title: string
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Section({ title, wide = false, children }: TitledProps) {
  const id = useId()
  return (
    <section className={`ns-console-part${wide ? ' ns-wide' : ''}`} aria-labelledby={id}>
      <h2 className="ns-console-title" id={id}>
        {title}
      </h2>
      {children}
    </section>
  )
}

/** Rows without a value are left out. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="ns-facts ns-console-facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Made at its first use: a page's first format takes a slow phone a tenth of a second. */
let dateTime: Intl.DateTimeFormat | null = null

/** A moment as text with its exact form for machines. */
export function Moment({ at }: { readonly at: number }) {
  const date = new Date(at)
  dateTime ??= new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
  return <time dateTime={date.toISOString()}>{dateTime.format(date)}</time>
}

/** The outcome of a button's work as one line: the value's words, or the error's. */
export async function outcome(work: Promise<string>): Promise<string> {
  try {
    return await work
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}
