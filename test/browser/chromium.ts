/** The browser that tests drive. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why tests with it are skipped; undefined where it is installed. */
export const missingChromium = existsSync(PATH) ? undefined : 'skipped: apt-get install chromium';

/** Starts it without a screen; with `gpu: 'software'` WebGPU is drawn by SwiftShader. */
export function startChromium(options: { gpu: 'none' | 'software' } = { gpu: 'none' }): Promise<Browser> {
  const graphics =
    options.gpu === 'none'
      ? ['--disable-gpu']
      : [
          '--enable-unsafe-webgpu',
          '--use-webgpu-adapter=swiftshader',
          '--use-gl=angle',
          '--use-angle=swiftshader',
        ];
  return chromium.launch({ executablePath: PATH, args: [...FLAGS, ...graphics] });
}

/** How long a page may take to show what it is to show, on a busy machine. */
export const PATIENCE = { timeout: 30_000 };
