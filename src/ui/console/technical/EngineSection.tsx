/** @module Which engine computes, on what, and why; it can be forced. */
import { useId } from 'react'
import type { EnginePreference } from '../../../device/api.ts'
import { Fact } from '../../react/Fact.tsx'
import { Section, type SectionProps, useOutcome } from '../Section.tsx'

const CHOICES: Readonly<Record<EnginePreference, string>> = {
  auto: 'Automatic',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  js: 'Plain JavaScript',
}

export function EngineSection({ personalizer, snapshot }: SectionProps) {
  const id = useId()
  const { run, status } = useOutcome()
  const { engine, enginePreference, fit } = snapshot

  const choose = (wanted: EnginePreference) =>
    run('Switching …', async () => {
      const failed = await personalizer.setEngine(wanted).catch((error: Error) => error.message)
      const now = personalizer.getSnapshot()
      if (failed) return `${failed} Set to ${CHOICES[now.enginePreference]} as before.`
      return now.engine
        ? `Now on ${now.engine.name}. ${now.engine.reason}`
        : 'No engine is running.'
    })

  return (
    <Section title="Engine">
      <dl className="ns-facts">
        <Fact name="Engine">
          {engine?.name ??
            (fit
              ? `None on this page yet; the last fit ran on ${fit.engine}`
              : 'None yet: the first list needs none')}
        </Fact>
        <Fact name="Device">{engine?.device}</Fact>
        <Fact name="Chosen because">{engine?.reason}</Fact>
        <Fact name="Checked by">
          {engine ? 'a small fit whose answer is known, before use' : null}
        </Fact>
      </dl>
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
      {status}
    </Section>
  )
}
