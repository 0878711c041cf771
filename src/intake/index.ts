export type { Answer, GapCommand, GivenCommand } from './command.ts';
export { failureOf } from './failure.ts';
export { type LaneBodies, type LaneOptions, workLane } from './lane.ts';
export { type LaneKind, parseLane, renderLane } from './lane-name.ts';
export { type Runner, runLanes } from './run.ts';
