/** Who implements an interface: objects, since nothing here is a class. */
import ts from 'typescript';

/** For each member of an interface, the functions in objects that are made to meet it. */
export function implementationsIn(
  sources: readonly ts.SourceFile[],
  checker: ts.TypeChecker,
): ReadonlyMap<ts.Declaration, readonly ts.Node[]> {
  const found = new Map<ts.Declaration, ts.Node[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const type = checker.getContextualType(node);
      const types = type?.isUnion() ? type.types : [type];
      for (const property of node.properties.filter(isFunction)) {
        const name = property.name && checker.getSymbolAtLocation(property.name)?.name;
        const members = types.map((each) => (name === undefined ? name : each?.getProperty(name)));
        // By declaration: each instance of a generic interface has symbols of its own.
        for (const declared of members.flatMap((member) => member?.declarations ?? [])) {
          found.set(declared, [...(found.get(declared) ?? []), property]);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(source);
  return found;
}

function isFunction(property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isMethodDeclaration(property)) return true;
  if (!ts.isPropertyAssignment(property)) return false;
  const { initializer } = property;
  return (
    ts.isArrowFunction(initializer) ||
    ts.isFunctionExpression(initializer) ||
    ts.isIdentifier(initializer)
  );
}
