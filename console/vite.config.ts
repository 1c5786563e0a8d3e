// Builds the console into console/dist, which the server serves, and proxies to a running server in development.
import { fileURLToPath } from 'node:url'
import { paraglideVitePlugin } from '@inlang/paraglide-js'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const server = 'http://127.0.0.1:3000'

export default defineConfig({
  root: here('.'),
  plugins: [
    react(),
    paraglideVitePlugin({
      project: here('./project.inlang'),
      outdir: here('./src/paraglide'),
      outputStructure: 'message-modules',
      // The language is chosen in console/src/lib/language.ts.
      strategy: ['baseLocale'],
      emitGitIgnore: false,
      emitReadme: false,
    }),
  ],
  build: { outDir: here('./dist'), emptyOutDir: true, target: 'baseline-widely-available' },
  server: { proxy: { '/v1': server, '/auth': server } },
})
