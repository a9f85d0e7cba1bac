// What imports what in a site, as its dev server knows it.

import { readdirSync } from 'node:fs';
import path from 'node:path';

const CODE = /\.(?:astro|md|mdx|markdown|html|vue|svelte|[cm]?[jt]sx?)$/;

/** The graphs of modules that a server has: one for each environment, or one in older versions. */
export function graphsOf({ environments, moduleGraph }) {
  return environments ? Object.values(environments).map((one) => one.moduleGraph) : [moduleGraph];
}

const isOwn = (file, root) =>
  typeof file === 'string' && file.startsWith(`${root}/`) && !file.includes('/node_modules/');

/** Let the server make anew what it made of `files`, and of what imports them. */
export function invalidate(server, files, root) {
  for (const graph of graphsOf(server)) {
    const unknown = files.filter((file) => !graph.getModulesByFile(file)?.size);
    for (const file of files) graph.onFileChange(file);
    // A file that is new may be what others could not find.
    if (unknown.length === 0) continue;
    for (const module of graph.idToModuleMap.values()) {
      if (isOwn(module.file, root)) graph.invalidateModule(module);
    }
  }
}

/** Let the server make anew the modules whose ids `matches`, and what imports them. */
export function invalidateById(server, matches) {
  for (const graph of graphsOf(server)) {
    for (const [id, module] of graph.idToModuleMap) {
      if (matches.test(id)) graph.invalidateModule(module);
    }
  }
}

/** All files below a folder. */
export function filesIn(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

// One that was read before may be evaluated: reading it again by itself would hide from whoever
// evaluates it next that it changed.
const isFresh = (module) =>
  !module.transformResult &&
  !module.ssrTransformResult &&
  !module.lastInvalidationTimestamp &&
  !module.lastHMRTimestamp &&
  module.importedModules.size === 0;

/** Have the server read what it has not of `files` and what they import, to know who imports whom. */
export async function explore(server, files, root, isOver) {
  const { ssr } = server.environments ?? {};
  const graph = ssr?.moduleGraph ?? server.moduleGraph;
  const read = (url) => (ssr ? ssr.transformRequest(url) : server.transformRequest(url, { ssr: true }));
  const seen = new Set(files);
  for (const file of seen) {
    if (isOver()) return;
    const known = () => [...(graph.getModulesByFile(file) ?? [])];
    try {
      if (known().every(isFresh)) await read(`/${path.relative(root, file)}`);
    } catch {
      // Whoever opens the page is told.
    }
    for (const { file: imported } of known().flatMap((module) => [...module.importedModules])) {
      if (isOwn(imported, root) && CODE.test(imported)) seen.add(imported);
    }
  }
}

/** The files that import `files`, themselves included, the nearest first; `more` are ids of modules. */
export function importersOf(server, files, more) {
  const found = new Set();
  let modules = graphsOf(server).flatMap((graph) => [
    ...files.flatMap((file) => [...(graph.getModulesByFile(file) ?? [])]),
    ...[...graph.idToModuleMap].filter(([id]) => more?.test(id)).map(([, module]) => module),
  ]);
  const seen = new Set(modules);
  for (const file of files) found.add(file);
  while (modules.length > 0) {
    for (const module of modules) if (module.file) found.add(module.file);
    modules = modules
      .flatMap((module) => [...module.importers])
      .filter((module) => !seen.has(module) && seen.add(module));
  }
  return [...found];
}

/** Whether nothing is known to import a file. */
export function isAlone(server, file) {
  const modules = graphsOf(server).flatMap((graph) => [...(graph.getModulesByFile(file) ?? [])]);
  return modules.every((module) => module.importers.size === 0);
}
