/** @module Buttons, progress and speed of a replay, for both parts of the page `/fast-forward`. */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { savesData } from '../offline.ts'
import { ShareLink } from '../parts/ShareLink.tsx'
import { words } from '../words/words.ts'
import type { Player } from './player.ts'

const PACES = [
  { name: 'slow', milliseconds: 1600 },
  { name: 'normal', milliseconds: 600 },
  { name: 'fast', milliseconds: 0 },
] as const

export const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Whether the replay starts automatically: not for shoppers who prefer less motion or save data. */
const playsByItself = () => !savesData() && !matchMedia('(prefers-reduced-motion: reduce)').matches

export function usePlayed<Step>(player: Player<Step>) {
  const state = useSyncExternalStore(player.subscribe, player.getSnapshot)
  // StrictMode mounts, unmounts and mounts again, so the player must start again after it was closed.
  useEffect(() => {
    if (playsByItself()) player.play()
    return () => player.restart()
  }, [player])
  return state
}

interface ReplayControlsProps {
  readonly player: Player<unknown>
  /** Number of parts. */
  readonly total: number
  /** Label of the button that plays one part. */
  readonly next: string
  /** Text about the part played last. */
  readonly place: string
  /** Accessible name of the progress bar. */
  readonly progress: string
  /** Message after the last part. */
  readonly over: string
}

export function ReplayControls(props: ReplayControlsProps) {
  const { player, total, next, place, progress, over } = props
  const { status, steps, error } = useSyncExternalStore(player.subscribe, player.getSnapshot)
  const playing = status === 'playing' || status === 'loading'
  const done = status === 'done'
  return (
    <div className="replay-controls">
      <button
        type="button"
        className="button button-strong"
        // The button isn't `disabled` at the end, because it would lose the focus when pressed. The player ignores the
        // press.
        aria-disabled={done}
        onClick={() => (playing ? player.pause() : player.play())}
      >
        {playing
          ? words('replay.pause')
          : steps.length > 0
            ? words('replay.goOn')
            : words('replay.play')}
      </button>
      <button type="button" className="button" aria-disabled={done} onClick={() => player.next()}>
        {next}
      </button>
      <button
        type="button"
        className="button"
        aria-disabled={steps.length === 0 && status === 'idle'}
        onClick={() => player.restart()}
      >
        {words('replay.restart')}
      </button>
      <div className="replay-progress">
        <progress max={total} value={steps.length} aria-label={progress} />
        <span>{place}</span>
        {/* This text makes screen readers announce loading, pauses and the end of the replay, but not every part. */}
        <span role="status">
          {status === 'loading' && words('replay.modelLoading')}
          {status === 'paused' && words('replay.paused')}
          {done && over}
        </span>
        {error && <span role="alert">{error}</span>}
      </div>
    </div>
  )
}

interface ReplaySettingsProps {
  readonly player: Player<unknown>
  readonly children?: ReactNode
}

export function ReplaySettings({ player, children }: ReplaySettingsProps) {
  const [pace, setPace] = useState(1)
  useEffect(() => player.setPace(PACES[pace].milliseconds), [player, pace])
  return (
    <div className="replay-controls">
      <span className="facet">
        <label htmlFor="pace">{words('replay.speed')}</label>
        <select id="pace" value={pace} onChange={({ target }) => setPace(Number(target.value))}>
          {PACES.map(({ name }, index) => (
            <option key={name} value={index}>
              {words(`replay.paces.${name}`)}
            </option>
          ))}
        </select>
      </span>
      {children}
      <ShareLink />
    </div>
  )
}
