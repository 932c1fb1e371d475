/** @module Which engine computes, on what, and why; it can be forced. */
import { useId, useState } from 'react'
import type { EnginePreference } from '../../device/api.ts'
import { Facts, outcome, Section, type SectionProps } from './Section.tsx'

const CHOICES: Readonly<Record<EnginePreference, string>> = {
  auto: 'Automatic',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  js: 'Plain JavaScript',
}

export function EngineSection({ personalizer, snapshot }: SectionProps) {
  const id = useId()
  const [said, setSaid] = useState('')
  const { engine, enginePreference, fit } = snapshot

  async function choose(value: EnginePreference) {
    setSaid('Switching …')
    const failed = await outcome(personalizer.setEngine(value).then(() => ''))
    const now = personalizer.getSnapshot()
    if (failed) setSaid(`${failed} Set to ${CHOICES[now.enginePreference]} as before.`)
    else
      setSaid(
        now.engine ? `Now on ${now.engine.name}. ${now.engine.reason}` : 'No engine is running.',
      )
  }

  return (
    <Section title="Engine">
      <Facts
        rows={[
          [
            'Engine',
            engine?.name ??
              (fit
                ? `None on this page yet; the last fit ran on ${fit.engine}`
                : 'None yet: the first list needs none'),
          ],
          ['Device', engine?.device],
          ['Chosen because', engine?.reason],
          ['Checked by', engine ? 'a small fit whose answer is known, before use' : null],
        ]}
      />
      <p className="ns-field">
        <label htmlFor={id}>Use engine</label>
        <select
          id={id}
          className="ns-select"
          value={enginePreference}
          onChange={(event) => void choose(event.target.value as EnginePreference)}
        >
          {Object.entries(CHOICES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </p>
      <p className="ns-small" role="status">
        {said}
      </p>
    </Section>
  )
}
