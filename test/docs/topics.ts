/** What an export is about, by the file it comes from: the headings of the reference. */

const TOPICS: readonly (readonly [RegExp, string])[] = [
  [/^errors/, 'Errors'],
  [/^keys\/vault-(store|keeper)\./, 'Store'],
  [/^keys\//, 'Vault'],
  [/^crypto\/padding\./, 'Tables'],
  [/^(crypto|backends)\//, 'Backends'],
  [/^rows\/(column|json-value|row-types|table|value-codecs)\./, 'Tables'],
  [/^(rows\/|bytes\/stamp\.)/, 'Rows'],
  [/^sync\/(server\/|to-server\.)/, 'PowerSync'],
  [/^sync\//, 'Sync'],
  [/^adapters\/powersync\//, 'PowerSync'],
  [/^(recovery|kit)\//, 'Recovery'],
  [/^testing\//, 'Testing'],
];

/** @param file path of a source file, or the part of it below `src` */
export function topicOf(file: string): string | undefined {
  const path = file.replace(/^.*\/src\//, '');
  return TOPICS.find(([pattern]) => pattern.test(path))?.[1];
}
