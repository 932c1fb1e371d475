/** @module The last fit, the guard's evidence, and what was learned. */
import { useId } from 'react'
import type { Item } from '../../../core/catalog/item.ts'
import type { PersonalizerSnapshot } from '../../../device/api.ts'
import { Fact } from '../../react/Fact.tsx'
import { Section, Table } from '../Section.tsx'

interface LearningSectionProps {
  readonly snapshot: PersonalizerSnapshot
  readonly items?: readonly Item[]
}

const WAITS: Readonly<Record<NonNullable<PersonalizerSnapshot['deferred']>, string>> = {
  battery: 'waits: the battery is low',
  'save-data': 'waits: the browser saves data',
  spent: 'waits for the next page: this one has had its milliseconds',
  hidden: 'waits until the page is shown',
}

export function LearningSection({ snapshot, items = [] }: LearningSectionProps) {
  const { deferred, fit, fitting, guard, learned, learners, paused } = snapshot
  const id = useId()
  const titleOf = (id: string) => items.find((item) => item.id === id)?.title ?? id
  return (
    <Section title="Learning">
      {fitting && (
        <p className="ns-field">
          <label htmlFor={id}>Learning now</label>
          <progress id={id} value={fitting.done} max={fitting.steps} />
        </p>
      )}
      <dl className="ns-facts">
        <Fact name="Learning">{paused ? 'paused' : deferred ? WAITS[deferred] : 'on'}</Fact>
        <Fact name="Last fit">{fit ? `${fit.cases} cases on ${fit.engine}` : 'none yet'}</Fact>
        <Fact name="Took">{fit && `${fit.milliseconds.toFixed(1)} ms`}</Fact>
        <Fact name="Loss">
          {fit &&
            `${fit.lossBefore.toFixed(4)} before, ${fit.lossAfter.toFixed(4)} after (negative log-likelihood)`}
        </Fact>
        <Fact name="Fusion weight λ">{fit?.fusionWeight.toFixed(3)}</Fact>
        <Fact name="Guard">
          {guard.active
            ? 'lets the personal model act'
            : 'holds it back: the base model is in use alone'}
        </Fact>
        <Fact name="Evidence">{`log-likelihood ratio ${guard.logLikelihoodRatio.toFixed(3)} over ${guard.tested} tested events`}</Fact>
        <Fact name="Learners">
          {learners.map(({ name, weight }) => `${name} ${(100 * weight).toFixed(0)} %`).join(', ')}
        </Fact>
      </dl>
      {learned.length > 0 && (
        <Table
          caption="What was learned, strongest first"
          columns={['Name', 'Kind', 'Strength']}
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
