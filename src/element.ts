/** @module The custom element `<nearside-recommendations>`, for shops without React. */
export {
  NearsideRecommendations,
  type ProvideOptions,
  provide,
  type SelectDetail,
} from './element/recommendations.ts'
