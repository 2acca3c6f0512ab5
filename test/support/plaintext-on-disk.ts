/** Looks for texts in every byte that a database keeps in its folder: file, WAL and all else. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Needle, needlesOf } from '../../examples/bank-statement/needles.js';
import { needlesIn, searchFor } from '../../examples/bank-statement/search-bytes.js';

/** Where each text stands, in whatever form; give texts too long to stand anywhere by chance. */
export async function plaintextOnDisk(
  folder: string,
  texts: readonly string[],
): Promise<readonly string[]> {
  const search = searchFor(texts.flatMap(everyForm));
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const hits = needlesIn(await readFile(join(folder, name)), search);
      return [...hits].map(
        ({ value, form }) => `${value}, ${form}, in ${name.replace(/.*\./, '')}`,
      );
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** Full-text tables keep words in lower case. */
function everyForm(text: string): readonly Needle[] {
  return [...new Set([text, text.toLowerCase()])].flatMap(needlesOf);
}
