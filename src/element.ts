/** @module The custom element `<nearside-recommendations>`, for shops without React. */
export {
  NearsideRecommendations,
  type ProvideOptions,
  provide,
  type SelectDetail,
} from './ui/element/recommendations.ts'
