/** @module Shows the engine, its device and the reason for its choice. A select forces another engine. */

import type { EnginePreference } from '@nearside/browser/apiSnapshot.ts'
import { useId } from 'react'
import { Fact } from '../../react/Fact.tsx'
import { Section, type SectionProps, useOutcome, useWords } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

const ENGINES: readonly EnginePreference[] = ['auto', 'webgpu', 'wasm', 'js']

export function EngineSection({ personalizer, snapshot }: SectionProps) {
  const id = useId()
  const { run, status } = useOutcome()
  const words = useDetails()
  const { saying } = useWords()
  const { engine, enginePreference, fit } = snapshot

  const choose = (wanted: EnginePreference) =>
    run(words('switching'), async () => {
      const failed = await personalizer.setEngine(wanted).catch(saying)
      const now = personalizer.getSnapshot()
      if (failed)
        return words('stays', { why: failed, engine: words(`engines.${now.enginePreference}`) })
      return now.engine
        ? words('nowOn', { engine: now.engine.name, why: now.engine.reason })
        : words('noEngine')
    })

  return (
    <Section title={words('engine')}>
      <dl className="ns-facts">
        <Fact name={words('engine')}>
          {engine?.name ??
            (fit ? words('lastEngine', { engine: fit.engine }) : words('noneNeeded'))}
        </Fact>
        <Fact name={words('device')}>{engine?.device}</Fact>
        <Fact name={words('because')}>{engine?.reason}</Fact>
        <Fact name={words('checkedBy')}>{engine ? words('canary') : null}</Fact>
      </dl>
      <p className="ns-field">
        <label htmlFor={id}>{words('useEngine')}</label>
        <select
          id={id}
          className="ns-select"
          value={enginePreference}
          onChange={(event) => void choose(event.target.value as EnginePreference)}
        >
          {ENGINES.map((name) => (
            <option key={name} value={name}>
              {words(`engines.${name}`)}
            </option>
          ))}
        </select>
      </p>
      {status}
    </Section>
  )
}
