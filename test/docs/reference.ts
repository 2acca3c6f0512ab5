/** The reference: typedoc as `typedoc.json` says, with exports grouped by topic and pages by title. */
import {
  Application,
  Comment,
  CommentTag,
  type Context,
  Converter,
  type DeclarationReflection,
  Logger,
  LogLevel,
  PackageJsonReader,
  type ProjectReflection,
  ReflectionKind,
  TSConfigReader,
  TypeDocReader,
} from 'typedoc';
import { entryPoints } from '../support/entry-points.js';
import { topicOf } from './topics.js';

const EXPORTED =
  ReflectionKind.Class |
  ReflectionKind.Function |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Variable;

export interface Reference {
  readonly app: Application;
  readonly project: ProjectReflection;
  /** So far; making the pages may add to them. */
  readonly complaints: readonly string[];
}

export async function convertReference(): Promise<Reference> {
  const complaints: string[] = [];
  const app = await Application.bootstrap({}, [
    new TypeDocReader(),
    new PackageJsonReader(),
    new TSConfigReader(),
  ]);
  app.logger = Object.assign(new Logger(), {
    log(message: string, level: LogLevel) {
      if (level >= LogLevel.Warn) complaints.push(message);
    },
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context: Context) => {
    for (const each of context.project.getReflectionsByKind(EXPORTED)) {
      setTopic(each as DeclarationReflection, context);
    }
    nameEntryPoints(context);
    titlePages(context.project);
  });
  const project = await app.convert();
  if (!project) throw new Error('typedoc could not read the source.');
  app.validate(project);
  return { app, project, complaints };
}

function setTopic(reflection: DeclarationReflection, context: Context): void {
  const declaration = context.getSymbolFromReflection(reflection)?.declarations?.[0];
  const topic = declaration && topicOf(declaration.getSourceFile().fileName);
  if (!topic) return;
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: topic }]));
}

/** A module is called what an app imports, not what its file is called. */
function nameEntryPoints(context: Context): void {
  for (const module of context.project.children ?? []) {
    const file = context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile();
    for (const [name, path] of entryPoints) if (path === file?.fileName) module.name = name;
  }
}

/** A page is called what its heading says, not what its file is called. */
function titlePages({ documents = [] }: ProjectReflection): void {
  for (const page of documents) {
    const [first] = page.content;
    const [heading, title] = /^\s*# (.+)\n/.exec(first?.text ?? '') ?? [];
    if (!first || !heading || !title) continue;
    page.name = title;
    first.text = first.text.slice(heading.length);
  }
}
