/** `npm run docs`: the reference into docs/reference, or a complaint and a failure. */
import { convertReference } from './reference.js';

const { app, project, complaints } = await convertReference();
if (complaints > 0) process.exitCode = 1;
else await app.generateOutputs(project);
