/** @module Tools of a shop for the shopper's agent, which uses them through the browser (WebMCP) or another library. */
export { offerToAgents } from '@nearside/browser/agents/offerToAgents.ts'
