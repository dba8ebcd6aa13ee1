import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type BuildEnvironmentOptions } from 'vite';

// Telephones in old hands: WebViews of 2020 and later.
const target = ['es2020', 'chrome87', 'firefox90', 'safari15'];

// Each page of the product is an HTML file in this folder; a new page is one more line here.
const pages: BuildEnvironmentOptions = {
  outDir: 'dist',
  emptyOutDir: true,
  target,
  modulePreload: { polyfill: false },
  rolldownOptions: {
    // The widget imports widget-voice.js by its address.
    preserveEntrySignatures: 'allow-extension',
    input: {
      index: 'index.html',
      source: 'source.html',
      desk: 'desk.html',
      docs: 'docs.html',
      kiosk: 'kiosk.html',
      // The microphone's sound thread and what the widget loads when somebody speaks.
      capture: 'shared/voice/capture.ts',
      'widget-voice': 'shared/voice/index.ts',
    },
    // The server embeds these files and answers with an ETag, so names stay the same.
    output: {
      entryFileNames: 'assets/[name].js',
      chunkFileNames: 'assets/[name].js',
      assetFileNames: 'assets/[name][extname]',
    },
  },
};

// The widget is one classic script: a host page includes it with nothing else.
const widget: BuildEnvironmentOptions = {
  outDir: 'dist',
  emptyOutDir: false,
  copyPublicDir: false,
  target,
  lib: {
    entry: 'widget/main.ts',
    formats: ['iife'],
    name: 'xiangyin',
    fileName: () => 'widget.js',
  },
};

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: mode === 'widget' ? widget : pages,
}));
