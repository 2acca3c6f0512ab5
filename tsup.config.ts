import { defineConfig } from 'tsup';

/** One output file for each source file, so that `dist` can be compared with `src`. */
export default defineConfig({
  entry: ['src/**/*.ts'],
  format: 'esm',
  target: 'es2022',
  tsconfig: 'tsconfig.src.json',
  bundle: false,
  dts: false, // tsc writes the types
  sourcemap: true,
  clean: true,
  silent: true,
});
