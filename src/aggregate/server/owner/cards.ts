/** @module Computes the shop owner's page from the leader's state and the files of `measure` and `evaluate`. */
import type { OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import { DAY } from '@nearside/core/time.ts'
import type { RoundSummary, Verdict } from '../store/records.ts'

export interface OwnerCard extends OwnerAnswer {
  readonly title: string
}

/**
 * File that a command wrote with `--json`. null: the file is missing; `unreadable`: the file is damaged or of another
 * kind.
 */
export type AnswerFile =
  | { readonly answer: OwnerAnswer; readonly emptyStores: number | null; readonly written: number }
  | 'unreadable'
  | null

export interface OwnerFacts {
  /** Time of the request, milliseconds since the epoch. */
  readonly now: number
  readonly model: {
    readonly version: string
    /** Last day of the model's training data, ISO. */
    readonly until: string
    /** Version before the round that made the present version; null if the present version isn't from a round. */
    readonly parent: string | null
    readonly signed: {
      readonly release: number
      readonly expires: number
      /** Names or keys of the signers whose signatures are valid. */
      readonly by: readonly string[]
      readonly isWhole: boolean
    } | null
  }
  /** Newest first. */
  readonly rounds: readonly RoundSummary[]
  readonly waitingFor: string | null
  /** Number of acknowledged reports in abandoned rounds. */
  readonly lost: number
  readonly sales: AnswerFile
  readonly evaluation: AnswerFile
}

/** Relative change of NDCG@10 that chance alone may cause on the gate's few cases. */
const NOISE = 0.02
/** Age, in milliseconds, after which a file of results counts as out of date. */
const STALE = 60 * DAY

export function ownerCards(facts: OwnerFacts): OwnerCard[] {
  return [
    ofFile('Effect on orders and money', facts.sales, facts.now, {
      answer: 'Not measured yet',
      change: 'Run a hold-out, then nearside measure ORDERS VISITORS --json FOLDER/measure.json',
    }),
    ofFile('Verdict of the evaluation', facts.evaluation, facts.now, {
      answer: 'Not evaluated yet',
      change: 'Run nearside evaluate … --json FOLDER/evaluate.json',
    }),
    release(facts),
    round(facts),
    gate(facts.rounds),
    gain(facts.rounds),
    emptyStores(facts.sales),
  ]
}

const day = (time: number) => new Date(time).toISOString().slice(0, 10)
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

function release({ model, now }: OwnerFacts): OwnerCard {
  const { version, until, parent, signed } = model
  const title = 'Last release'
  const because = [
    `Trained on data until ${until}`,
    ...(parent === null ? [] : [`Made by a round of contributions to version ${parent}`]),
  ]
  if (!signed)
    return {
      ...{ title, light: 'amber', because },
      answer: `Version ${version}, not signed`,
      change: 'Sign it: nearside keys, then nearside sign',
    }
  const said = [
    ...because,
    `Release ${signed.release}, valid until ${day(signed.expires)}`,
    `Signed by ${signed.by.join(' and ') || 'nobody with a valid signature'}`,
  ]
  if (!signed.isWhole)
    return {
      ...{ title, light: 'red', because: said },
      answer: `Version ${version} has an invalid signature: devices may refuse it`,
      change: 'Publish the model again with nearside sign',
    }
  const isOver = signed.expires <= now
  return {
    ...{ title, light: isOver ? 'red' : 'green', because: said },
    answer: isOver
      ? `Version ${version}: its signature has expired, and new devices refuse it`
      : `Version ${version}, signed`,
    change: isOver
      ? 'Sign it again: nearside sign'
      : `The signature ends on ${day(signed.expires)} unless it is renewed`,
  }
}

function round({ rounds: [newest], waitingFor, lost }: OwnerFacts): OwnerCard {
  const title = 'The round'
  if (!newest)
    return {
      ...{ title, light: 'grey', because: waitingFor === null ? [] : [capital(waitingFor)] },
      answer: 'No round is open yet',
      change: 'The leader opens one as soon as it reaches the helper',
    }
  const { round, state, counted, policy, openedAt } = newest
  const many = `${counted} of ${policy.aggregationGoal}`
  const because = [
    `Opened on ${day(openedAt)}, for model ${policy.model.version}`,
    ...(lost > 0 ? [`${lost} acknowledged updates were lost in abandoned rounds so far`] : []),
  ]
  if (waitingFor !== null)
    return {
      ...{ title, light: 'amber', because: [capital(waitingFor), ...because] },
      answer: `Round ${round} waits, with ${many} updates`,
      change: 'Removing the first cause in this list',
    }
  const isOpen = state === 'open'
  return {
    ...{ title, light: lost > 0 ? 'amber' : 'green', because },
    answer: isOpen
      ? `Round ${round} has ${many} updates`
      : `Round ${round} is ${state === 'full' || state === 'exchanged' ? 'full, and its model is being made' : state}`,
    change: isOpen
      ? `${policy.aggregationGoal - counted} more updates close it; a round has no deadline`
      : 'The next round opens by itself',
  }
}

/** Newest finished round that the gate has judged. */
const judged = (rounds: readonly RoundSummary[]) =>
  rounds.find(({ state, verdict }) => verdict && (state === 'released' || state === 'rejected'))

function gate(rounds: readonly RoundSummary[]): OwnerCard {
  const title = 'The gate'
  const last = judged(rounds)
  if (!last?.verdict)
    return {
      ...{ title, light: 'grey', because: [] },
      answer: 'The gate has judged no round yet',
      change: 'The first full round',
    }
  const { round, verdict, version, closedAt } = last
  const { cases = 0 } = verdict.metrics
  const because = [...verdict.reasons, ...(closedAt === null ? [] : [`Judged on ${day(closedAt)}`])]
  if (!verdict.accepted)
    return {
      ...{ title, light: 'red', because },
      answer: `Refused: the model of round ${round}${cases > 0 ? `, on ${cases} cases` : ''}`,
      change: 'Devices keep the last model. Look for hostile updates, or train a new model',
    }
  return {
    ...{ title, because },
    light: cases > 0 ? 'green' : 'amber',
    answer:
      cases > 0
        ? `Accepted on ${cases} cases: version ${version}, from round ${round}`
        : `Accepted without a measurement: version ${version}, from round ${round}`,
    change:
      cases > 0
        ? `A loss of more than ${percent(NOISE)} on held-out shoppers`
        : 'Start the leader with a --shop that has held-out shoppers, who then judge each model',
  }
}

function gain(rounds: readonly RoundSummary[]): OwnerCard {
  const title = 'Gain of the last round'
  const found = changeOf(judged(rounds)?.verdict ?? null)
  if (!found)
    return {
      ...{ title, light: 'grey', because: [] },
      answer: 'No model of a round has been measured yet',
      change: 'The first round whose model is measured on held-out shoppers',
    }
  const sign = found.relative > 0 ? '+' : found.relative < 0 ? '−' : ''
  const size = `${sign}${percent(Math.abs(found.relative))}`
  const isNoise = Math.abs(found.relative) < NOISE
  return {
    title,
    light: isNoise ? 'amber' : found.relative > 0 ? 'green' : 'red',
    answer: isNoise
      ? `Nothing is proven: with the last round’s model NDCG@10 changed by ${size}`
      : `With the last round’s model NDCG@10 changed by ${size}`,
    because: [
      `NDCG@10 of held-out shoppers went from ${found.before.toFixed(4)} to ${found.after.toFixed(4)}, on ${found.cases} cases`,
      `On the gate’s few cases, a change below ${percent(NOISE)} may be chance`,
      'The gain of the open round is measured after it closes',
    ],
    change: 'The next round’s model',
  }
}

function changeOf(verdict: Verdict | null) {
  const {
    cases = 0,
    'ndcg@10 before': before = 0,
    'ndcg@10 after': after = 0,
  } = verdict?.metrics ?? {}
  return cases > 0 && before > 0 ? { cases, before, after, relative: after / before - 1 } : null
}

function ofFile(
  title: string,
  file: AnswerFile,
  now: number,
  missing: Pick<OwnerAnswer, 'answer' | 'change'>,
): OwnerCard {
  if (file === null) return { ...missing, title, light: 'grey', because: [] }
  if (file === 'unreadable')
    return {
      ...{ title, light: 'red', because: [] },
      answer: 'Its file can’t be read',
      change: `Write it again: ${missing.change}`,
    }
  const { answer, written } = file
  const isStale = now - written > STALE
  return {
    ...answer,
    title,
    answer: capital(answer.answer),
    light: isStale && answer.light === 'green' ? 'amber' : answer.light,
    because: [...answer.because, `Written on ${day(written)}${isStale ? ': out of date' : ''}`],
  }
}

function emptyStores(sales: AnswerFile): OwnerCard {
  const title = 'Browsers with an empty store'
  const share = sales === null || sales === 'unreadable' ? null : sales.emptyStores
  const because = ['Lists can’t be personal while a browser’s store is empty']
  if (share === null)
    return {
      ...{ title, light: 'grey', because: [...because, 'Devices don’t report this share'] },
      answer: 'Not known',
      change:
        'Count these browsers, in the column empty_stores of the visitors file for nearside measure',
    }
  return {
    ...{ title, because },
    light: share > 0.5 ? 'amber' : 'green',
    answer: `${percent(share)} of the trial’s visitors`,
    change: 'Hand over past orders at sign-in (seed), so that fewer stores are empty',
  }
}
