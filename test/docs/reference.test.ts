import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryPoints } from '../support/entry-points.js';
import { ROOT, textOf } from './documents.js';
import { exported } from './public-api.js';
import { convertReference } from './reference.js';
import { topicOf } from './topics.js';

describe('the reference', () => {
  it('has the entry points of the package', () => {
    const { entryPoints: documented } = JSON.parse(textOf('typedoc.json'));
    expect(documented).toEqual([...entryPoints.values()].map((file) => relative(ROOT, file)));
  });

  it('has every export under a topic', () => {
    const lost = exported.filter(({ place }) => !topicOf(place.replace(/^src\//, '')));
    expect(lost.map(({ name, place }) => `${name} (${place})`)).toEqual([]);
  });

  it('is made without a complaint', async () => {
    const { project, complaints } = await convertReference();
    expect(complaints).toEqual([]);
    const [main, ...others] = project.children ?? [];
    expect([main, ...others].map((each) => each?.name)).toEqual([...entryPoints.keys()]);
    const topics = main?.categories?.map(({ title }) => title);
    expect(topics).toEqual(['Vault', 'Store', 'Tables', 'Rows', 'Recovery', 'Errors', 'Backends']);
    expect(project.documents?.map(({ name }) => name)).toContain('Errors');
  });
});
