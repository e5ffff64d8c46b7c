#!/usr/bin/env node
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createProgram, runProgram } from '@skerry/proto/node/program';
import { addBenchmark } from './cli/benchmark.ts';
import { addDrift } from './cli/drift.ts';
import { addEval } from './cli/eval.ts';
import { addFit } from './cli/fit.ts';
import { addInit } from './cli/init.ts';
import { addPack, addSign, addVerify } from './cli/pack.ts';
import { addGolden, addProfile } from './cli/profile.ts';
import { addQuantize } from './cli/quantize.ts';

const program = createProgram(
  'skerry-model',
  'Makes releases: fits, quantizes, profiles, checks, packs and signs them',
);
const backend = createOrtNodeBackend();
addFit(program, backend);
addInit(program);
addQuantize(program, backend);
addProfile(program, backend);
addGolden(program, backend);
addEval(program, backend);
addBenchmark(program, backend);
addPack(program, backend);
addSign(program);
addVerify(program, backend);
addDrift(program);
program.addHelpText(
  'after',
  `
Examples:
  skerry-model fit healthy.csv --out releases/press/1.0.0 --name press
  skerry-model init press.onnx --out releases/press/0.1.0 --name press
  skerry-model eval releases/press/1.0.0 --data test.csv --labels anomaly
  skerry-model verify releases/press/1.0.0
  skerry-model sign releases/press/1.0.0 --key operator.json`,
);
await runProgram(program, process.argv.slice(2));
