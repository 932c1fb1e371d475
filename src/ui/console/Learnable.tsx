/** @module Four short answers to: what could somebody learn about the shopper from each kind of transfer? */
import { guessesOf } from '@nearside/browser/guesses.ts'
import { Section, type SectionProps, useWords } from './Section.tsx'

interface LearnableProps extends SectionProps {
  /** Address of a page with more information. */
  readonly more?: string
}

export function Learnable({ snapshot, more }: LearnableProps) {
  const { words } = useWords()
  const { canContribute, terms } = snapshot
  const byRelay = terms?.relay !== undefined
  const answers: readonly (readonly [string, string])[] = [
    [words('ordinary'), words('learnable.pages')],
    ...(canContribute && terms === null
      ? [[words('learnable.oneUpdate'), words('terms.unknown')] as const]
      : []),
    ...(canContribute && terms !== null
      ? ([
          [
            words('tokens'),
            words(
              `learnable.tokens.${terms.tokens === 'account' ? 'account' : byRelay ? 'relay' : 'address'}`,
            ),
          ],
          [
            words('learnable.oneUpdate'),
            words(
              `learnable.update.${terms.trust === 'trusted-server' ? 'one' : byRelay ? 'relay' : 'two'}`,
            ),
          ],
          [words('learnable.manyUpdates'), words('learnable.sum', { times: guessesOf(terms).one })],
        ] as const)
      : []),
  ]
  return (
    <Section title={words('learnable.title')} wide>
      <dl className="ns-answers">
        {answers.map(([name, answer]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
      {!canContribute && <p>{words('noServers')}</p>}
      {more && (
        <p className="ns-small">
          <a href={more}>{words('learnable.more')}</a>
        </p>
      )}
    </Section>
  )
}
