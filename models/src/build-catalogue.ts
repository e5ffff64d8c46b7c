/** Rebuilds models/catalog: `node --conditions=source models/src/build-catalogue.ts`. */
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { print } from '@skerry/proto/node/program';
import { buildPumpRelease, PUMP_RECIPES } from './catalogue/pump.ts';
import { buildUnivariateRelease } from './catalogue/univariate.ts';
import { catalogueDirectory } from './node/catalogue-directory.ts';
import { writeFiles } from './node/write-files.ts';
import { ociLayout } from './pack/oci.ts';

const backend = createOrtNodeBackend();
const built = [await buildUnivariateRelease(backend)];
for (const recipe of PUMP_RECIPES) built.push(await buildPumpRelease(backend, nodeCrypto, recipe));
for (const { manifest, files, card } of built) {
  await writeFiles(
    catalogueDirectory(manifest.name, manifest.version),
    new Map<string, Uint8Array | string>([...files, ['CARD.md', card]]),
  );
  print(`${manifest.name}@${manifest.version} ${ociLayout(nodeCrypto, manifest, files).digest}`);
}
