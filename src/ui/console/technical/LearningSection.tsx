/** @module Shows the last fit, the guard's evidence, and what was learned. */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { numberText } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { useId } from 'react'
import { Fact } from '../../react/Fact.tsx'
import { Section, Table, useWords } from '../Section.tsx'
import { useDetails } from './useDetails.ts'

interface LearningSectionProps {
  readonly snapshot: PersonalizerSnapshot
  readonly items?: readonly Item[]
}

export function LearningSection({ snapshot, items = [] }: LearningSectionProps) {
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
