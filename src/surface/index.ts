export { explain } from './advice.ts';
export { compareDeclared, type DeclaredChange, diffSurfaces, type SurfaceChange, shown } from './diff.ts';
export { nearestTool, tokensOf } from './hints.ts';
export { detectIsolation, type Isolation } from './isolate.ts';
export { makeFolder, removeFolder, sweepLeftOver } from './left-over.ts';
export {
  issueOfProbePath,
  type Probe,
  type ProbeFile,
  parseProbeFile,
  probePath,
  probeSchema,
  probesAnswer,
  renderProbeFile,
  withoutHeldOut,
} from './probe.ts';
export { type Examination, type Examined, openReplay, type Replay, type ReplayOptions } from './replay.ts';
export { isOpen, judge, type Reason, type ReplayReport, replay, tooWeak } from './report.ts';
export type { ProbeResult, ProbeState } from './run-probes.ts';
export type { ServerSpec } from './start.ts';
export { crossCheck, diffStatic, type StaticTool, staticTools } from './static.ts';
export type { FakeCommand, Stubs } from './stubs.ts';
export type { Surface, SurfaceTool } from './surface.ts';
export { findTools, type Tools } from './tools.ts';
