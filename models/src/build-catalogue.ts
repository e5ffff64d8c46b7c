/**
 * Builds models/catalog: `node --conditions=source models/src/build-catalogue.ts [NAME@VERSION…]`. Where none is named, what is
 * missing: releases that are there stay as they are. Then both variants of the newest versions are timed on this machine.
 */
import { existsSync } from 'node:fs';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { systemClock } from '@skerry/agent/adapters/system-clock';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { print } from '@skerry/proto/node/program';
import { buildBearingRelease } from './catalogue/bearing.ts';
import { missesOf } from './catalogue/int8.ts';
import { buildLifeRelease } from './catalogue/life.ts';
import { buildPumpRelease, PUMP_RECIPES } from './catalogue/pump.ts';
import { buildUnivariateRelease } from './catalogue/univariate.ts';
import { buildUnivariateStream } from './catalogue/univariate-stream.ts';
import { catalogueDirectory } from './node/catalogue-directory.ts';
import { timeCatalogue } from './node/catalogue-int8.ts';
import { writeFiles } from './node/write-files.ts';
import { ociLayout } from './pack/oci.ts';

const backend = createOrtNodeBackend();
const onEpoch = (epoch: number, loss: number): void => print(`  epoch ${epoch}: ${loss.toFixed(5)}`);
type Built = Awaited<ReturnType<typeof buildUnivariateRelease>>;
// Of bearing-life and univariate-anomaly 2 the newest alone: what made the ones before is in this file's history.
const recipes: [ref: string, build: () => Promise<Built>][] = [
  ['univariate-anomaly@1.0.0', () => buildUnivariateRelease(backend)],
  ['univariate-anomaly@2.1.0', () => buildUnivariateStream(backend)],
  ['bearing-fault@1.0.0', () => buildBearingRelease(backend, nodeCrypto, onEpoch)],
  ['bearing-life@1.1.0', () => buildLifeRelease(backend, nodeCrypto, onEpoch)],
  ...PUMP_RECIPES.map((recipe): [string, () => Promise<Built>] => [
    `pump-anomaly@${recipe.version}`,
    () => buildPumpRelease(backend, nodeCrypto, recipe, onEpoch),
  ]),
];
const wanted = process.argv.slice(2);
for (const [ref, build] of recipes) {
  const [name, version] = ref.split('@') as [string, string];
  if (wanted.length > 0 ? !wanted.includes(ref) : existsSync(catalogueDirectory(name, version))) continue;
  const { manifest, files, card } = await build();
  await writeFiles(
    catalogueDirectory(manifest.name, manifest.version),
    new Map<string, Uint8Array | string>([...files, ['CARD.md', card]]),
  );
  print(`${ref} ${ociLayout(nodeCrypto, manifest, files).digest}`);
}
for (const figures of await timeCatalogue({ backend, crypto: nodeCrypto, clock: systemClock }))
  print(`${figures.release} ${missesOf(figures).join(', ') || 'int8 pays'}`);
