/** @module German words for widgets and panel, to be handed to them where a shop speaks German. */
export { GERMAN } from './ui/react/german.ts'
