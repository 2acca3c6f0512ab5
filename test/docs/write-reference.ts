/** `npm run docs`: the reference into docs/reference, or a complaint and a failure. */
import { convertReference } from './reference.js';

const { app, project, complaints } = await convertReference();
await app.generateOutputs(project);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
