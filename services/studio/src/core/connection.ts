// What is said of the connection by which a page is kept up.

import type { Connection } from './stream.ts';
import { strings } from './strings.ts';

/** How it is, for a person. */
export function told(connection: Connection): string {
  if (connection.state === 'lost') return connection.why;
  if (connection.state === 'refused') return connection.problem.message;
  return strings.studio[connection.state];
}
