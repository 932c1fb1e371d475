/** @module Technical details of the console: engine, learning, events, model, contribution, notices and the log. */

import type { Notice, PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { numberText } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { Button, Fact } from '../../react/Button.tsx'
import {
  type LogProps,
  Moment,
  Section,
  type SectionProps,
  Table,
  useOutcome,
  useWords,
} from '../Section.tsx'
import { EngineSection, LearningSection } from './LearningSection.tsx'
import { LedgerSection } from './LedgerSection.tsx'
import { useDetails } from './useDetails.ts'

export interface TechnicalProps extends LogProps {
  readonly items?: readonly Item[]
}

export function Technical({ items, entries, ...parts }: TechnicalProps) {
  return (
    <div className="ns-parts">
      <EngineSection {...parts} />
      <LearningSection snapshot={parts.snapshot} items={items} />
      <EventsSection snapshot={parts.snapshot} />
      <ModelSection {...parts} />
      <FederationSection {...parts} />
      <NoticesSection notices={parts.snapshot.notices} />
      <LedgerSection entries={entries} />
    </div>
  )
}

function NoticesSection({ notices }: { readonly notices: readonly Notice[] }) {
  const words = useDetails()
  const { saying } = useWords()
  return (
    <Section title={words('notices')}>
      {notices.length === 0 ? (
        <p>{words('noNotices')}</p>
      ) : (
        <ol className="ns-notices">
          {notices.map((notice, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: notices may repeat in one millisecond
            <li key={`${notice.time} ${place}`}>
              <Moment at={notice.time} /> <code>{notice.code}</code> {saying(notice)}
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}

function EventsSection({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  const { events, cleaning } = snapshot
  const words = useDetails()
  const names = Object.entries(events.byName).sort((a, b) => b[1] - a[1])
  const dropped = Object.entries(cleaning.dropped).map(([reason, count]) => `${count} ${reason}`)
  return (
    <Section title={words('events')}>
      {names.length === 0 ? (
        <p>{words('noEvents')}</p>
      ) : (
        <Table
          caption={words('byName', { n: events.count })}
          columns={[words('event'), words('count')]}
          rows={names.map(([name, count]) => [
            name,
            [
              <code key="name" lang="en">
                {name}
              </code>,
              count,
            ],
          ])}
        />
      )}
      <p className="ns-small">
        {words(dropped.length > 0 ? 'cleaning' : 'cleaningAll', {
          kept: cleaning.kept,
          reasons: dropped.join(', '),
        })}
      </p>
    </Section>
  )
}

function ModelSection({ personalizer, snapshot }: SectionProps) {
  const { run, status: outcome } = useOutcome()
  const words = useDetails()
  const { locale } = useWords()
  const { model, storage, tab, status } = snapshot
  const signatureText = (signed: NonNullable<typeof model>['signed']) =>
    signed
      ? words(signed.byHelper ? 'signedByBoth' : 'signedByShop', {
          release: signed.release,
          until: dayText(signed.expires, locale),
        })
      : words('unsigned')
  const check = async () => {
    const { adopted, version } = await personalizer.checkForUpdate()
    return words(adopted ? 'adopted' : 'newest', { version })
  }
  return (
    <Section title={words('model')}>
      <dl className="ns-facts">
        <Fact name={words('state')}>{status}</Fact>
        <Fact name={words('version')}>{model?.version ?? words('notLoaded')}</Fact>
        <Fact name={words('products')}>{model && numberText(model.items, locale)}</Fact>
        <Fact name={words('trainedUntil')}>{model && dayText(model.until, locale)}</Fact>
        <Fact name={words('signature')}>{model && signatureText(model.signed)}</Fact>
        <Fact name={words('keptIn')}>
          {storage === 'indexeddb' ? words('database') : words('memory')}
        </Fact>
        <Fact name={words('tab')}>{tab === 'leader' ? words('leads') : words('follows')}</Fact>
      </dl>
      <p className="ns-actions">
        <Button onClick={() => void run(words('asking'), check)}>{words('lookForModel')}</Button>
      </p>
      {outcome}
    </Section>
  )
}

function dayText(time: string | number, locale: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? String(time)
    : new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}

function FederationSection({ personalizer, snapshot }: SectionProps) {
  const { run, status } = useOutcome()
  const words = useDetails()
  const { locale } = useWords()
  const number = (value: number) => numberText(value, locale)
  const { canContribute, consent, sent, terms } = snapshot
  const send = async () => {
    const result = await personalizer.contribute()
    return words(result.sent ? 'sent' : 'notSent', { why: result.reason })
  }
  return (
    <Section title={words('contribution')}>
      <dl className="ns-facts">
        <Fact name={words('consent')}>
          {words(consent.contribute ? 'given' : canContribute ? 'notGiven' : 'noServers')}
        </Fact>
        <Fact name={words('since')}>
          {consent.since === null ? null : <Moment at={consent.since} />}
        </Fact>
        <Fact name={words('reports')}>{sent.reports}</Fact>
        <Fact name={words('bytesSent')}>{number(sent.bytes)}</Fact>
        <Fact name={words('loss')}>
          {sent.epsilon === null ? words('noLoss') : number(sent.epsilon)}
        </Fact>
        <Fact name={words('lossEver')}>
          {sent.epsilonEver === undefined ? null : number(sent.epsilonEver)}
        </Fact>
        <Fact name={words('perReport')}>{terms && number(terms.epsilonPerReport)}</Fact>
        <Fact name={words('perYear')}>{terms && number(terms.epsilonPerYear)}</Fact>
        <Fact name="δ">{terms && number(terms.delta)}</Fact>
      </dl>
      {canContribute && (
        <>
          <p className="ns-actions">
            <Button
              disabled={!consent.contribute}
              onClick={() => void run(words('askRound'), send)}
            >
              {words('send')}
            </Button>
          </p>
          {status}
        </>
      )}
    </Section>
  )
}
