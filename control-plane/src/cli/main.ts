#!/usr/bin/env node
/** The program `skerry`: the operator's command line, and the control plane itself under `serve`. */
import { createProgram, runProgram } from '@skerry/proto/node/program';
import { addAgentCommands } from './agent.ts';
import { addAlertCommands } from './alert.ts';
import { addAuditCommands } from './audit.ts';
import { addDeviceCommands } from './device.ts';
import { addDriftCommands } from './drift.ts';
import { addKeyCommands } from './key.ts';
import { addLedgerCommands } from './ledger.ts';
import { addLoginCommand } from './login.ts';
import { addPolicyCommands } from './policy.ts';
import { addPreflightCommand } from './preflight.ts';
import { addReleaseCommands } from './release.ts';
import { addResultCommands } from './result.ts';
import { addRolloutCommands } from './rollout.ts';
import { addSampleCommands } from './sample.ts';
import { addServeCommand } from './serve.ts';
import { addGlobalOptions } from './session.ts';
import { addTokenCommands } from './token.ts';

const program = createProgram('skerry', 'Skerry’s control plane: releases, rollouts, agents, alerts');
addGlobalOptions(program);
program.addHelpText(
  'after',
  `
Exit codes: 0 done, 1 failed, 2 wrong usage, 21 try again later.

Examples:
  skerry serve --data ./control-plane-data
  skerry login http://127.0.0.1:7070
  skerry agent ls
  skerry rollout create -f rollout.yaml --start`,
);
for (const add of [
  addServeCommand,
  addLoginCommand,
  addTokenCommands,
  addKeyCommands,
  addAgentCommands,
  addDeviceCommands,
  addReleaseCommands,
  addPreflightCommand,
  addRolloutCommands,
  addPolicyCommands,
  addDriftCommands,
  addResultCommands,
  addSampleCommands,
  addAlertCommands,
  addLedgerCommands,
  addAuditCommands,
])
  add(program);
await runProgram(program, process.argv.slice(2));
