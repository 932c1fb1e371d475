/** @module Shows engine, last fit, whether the personal model helps, and what was learned; offers other engines. */

import type { EnginePreference } from '@nearside/browser/apiSnapshot.ts'
import { numberText } from '@nearside/browser/page/words.ts'
import { useId } from 'react'
import { Fact } from '../../react/Button.tsx'
import { Section, type SectionProps, Table, useOutcome, useWords } from '../Section.tsx'
import type { TechnicalProps } from './Technical.tsx'
import { useDetails } from './useDetails.ts'

export function LearningSection({
  snapshot,
  items = [],
}: Pick<TechnicalProps, 'snapshot' | 'items'>) {
  const { deferred, fit, fitting, guard, learned, learners, paused } = snapshot
  const words = useDetails()
  const { locale } = useWords()
  const id = useId()
  const titleOf = (id: string) => items.find((item) => item.id === id)?.title ?? id
  return (
    <Section title={words('learning')}>
      {fitting && (
        <p className="ns-field">
          <label htmlFor={id}>{words('learningNow')}</label>
          <progress id={id} value={fitting.done} max={fitting.steps} />
        </p>
      )}
      <dl className="ns-facts">
        <Fact name={words('learning')}>
          {paused ? words('paused') : deferred ? words(`waits.${deferred}`) : words('on')}
        </Fact>
        <Fact name={words('lastFit')}>
          {fit ? words('cases', { n: fit.cases, engine: fit.engine }) : words('noFit')}
        </Fact>
        <Fact name={words('took')}>{fit && `${numberText(fit.milliseconds, locale)} ms`}</Fact>
        <Fact name={words('fitLoss')}>
          {fit &&
            words('beforeAfter', {
              before: fit.lossBefore.toFixed(4),
              after: fit.lossAfter.toFixed(4),
            })}
        </Fact>
        <Fact name={words('fusion')}>{fit?.fusionWeight.toFixed(3)}</Fact>
        <Fact name={words('guard')}>{guard.active ? words('guardOn') : words('guardOff')}</Fact>
        <Fact name={words('evidence')}>
          {words('ratio', { ratio: guard.logLikelihoodRatio.toFixed(3), n: guard.tested })}
        </Fact>
        <Fact name={words('learners')}>
          {learners.map(({ name, weight }) => `${name} ${(100 * weight).toFixed(0)} %`).join(', ')}
        </Fact>
      </dl>
      {learned.length > 0 && (
        <Table
          caption={words('learned')}
          columns={[words('name'), words('kind'), words('strength')]}
          rows={learned.map((entry) => [
            `${entry.kind} ${entry.name}`,
            [
              entry.kind === 'item' ? titleOf(entry.name) : entry.name,
              entry.kind === 'item' ? `item, ${entry.signal}` : entry.kind,
              entry.strength.toFixed(2),
            ],
          ])}
        />
      )}
    </Section>
  )
}

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
