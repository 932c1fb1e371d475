/** @module Tools of a shop for the shopper's agent, used through the browser (WebMCP) or an agent library. */
export { offerToAgents } from '@nearside/browser/agents/agentTools.ts'
