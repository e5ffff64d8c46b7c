/** Parts of an agent that follow from its options and what was opened for it. */
import type { AgentOptions } from './agent-options.ts';
import type { AgentConfig } from './config.ts';
import { createEngine, type Engine } from './inference/engine.ts';
import { createLane, type Lane } from './lane.ts';
import type { Opened } from './opened.ts';
import type { ProcessorOptions } from './processor.ts';

/** A lane for every pipeline of agent.yaml, by name. */
export function createLanes(
  options: AgentOptions,
  { time, evidence, captures }: Pick<Opened, 'time' | 'evidence' | 'captures'>,
): ReadonlyMap<string, Lane> {
  const { limits, capture, pipelines } = options.config;
  const lanes = pipelines.map((pipeline) =>
    createLane(pipeline, {
      ...options,
      clock: time.clock,
      limits,
      evidence,
      capture: {
        randomShare: capture.random,
        novelty: capture.novelty,
        isHeld: (id) => captures.holds(id),
        keep: (window) => captures.keep(window),
      },
    }),
  );
  return new Map(lanes.map((lane) => [lane.config.name, lane]));
}

/** The engine that agent.yaml asks for; `makeRoom` ends the shadows. */
export function engineOf({ ports, config, version }: AgentOptions, makeRoom: () => Promise<void>): Engine {
  const { maxMemory, maxState, choose, workerAbove, shadow } = config.inference;
  return createEngine({
    ...ports,
    agentVersion: version,
    maxMemoryBytes: maxMemory,
    maxStateBytes: maxState,
    choose,
    workerAboveMs: workerAbove,
    maxShadowBytes: shadow.maxMemory,
    makeRoom,
  });
}

/** The processor's bounds, as agent.yaml has them. */
export function processorLimits({ limits, buffer }: AgentConfig): ProcessorOptions['limits'] {
  const { maxUncommitted, maxBatch, maxJournalEntries } = limits;
  return {
    maxUncommitted,
    maxBatch,
    maxJournalEntries,
    maxJournalBytes: Math.floor(buffer.maxBytes / 4),
    lingerMs: buffer.linger,
  };
}
