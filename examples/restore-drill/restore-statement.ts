/** The restorer for the demo's table. An app's own has the app's tables in their place. */
import { restorer } from './restorer.js';
import { statementTable } from './statement-table.js';

await restorer([statementTable]);
