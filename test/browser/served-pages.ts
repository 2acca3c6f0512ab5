/** Pages on this machine's loopback, with a note of every request that arrives. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedPage {
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PageServer {
  readonly url: string;
  /** Path by path, also of what is not there. */
  readonly arrived: readonly string[];
  close(): Promise<void>;
}

/** @param pages by path, such as `/kit.html` */
export async function servePages(pages: Readonly<Record<string, ServedPage>>): Promise<PageServer> {
  const arrived: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    arrived.push(url);
    const page = pages[url];
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html', ...page?.headers });
    response.end(page?.html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
