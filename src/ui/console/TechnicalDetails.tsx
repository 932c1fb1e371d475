/** @module Technical details for programmers, loaded when opened. */
import { type ComponentType, useState } from 'react'
import { type SectionProps, useOutcome, useWords } from './Section.tsx'
import type { TechnicalProps } from './technical/Technical.tsx'

export function TechnicalDetails(props: TechnicalProps & SectionProps) {
  const { words } = useWords()
  const [Technical, setTechnical] = useState<ComponentType<TechnicalProps> | null>(null)
  const { run, status } = useOutcome()
  const load = async () => {
    const { Technical } = await import('./technical/Technical.tsx')
    setTechnical(() => Technical)
    return ''
  }
  return (
    <details
      className="ns-technical"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && !Technical) void run(words('loading'), load)
      }}
    >
      <summary>{words('technical')}</summary>
      {Technical ? <Technical {...props} /> : status}
    </details>
  )
}
