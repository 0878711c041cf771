export { type Arrived, ASKED_MS, type Asked, reportOf } from './arrived.ts';
export type { Answer, GapCommand, GivenCommand } from './command.ts';
export { failureOf } from './failure.ts';
export { createRecogniser, type Recognised } from './grouping.ts';
export { type LaneBodies, type LaneOptions, workLane } from './lane.ts';
export { type LaneKind, parseLane, renderLane } from './lane-name.ts';
export { verdictOf } from './life.ts';
export { isPublic } from './privacy.ts';
export { type Runner, runLanes } from './run.ts';
