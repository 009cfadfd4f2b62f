/** Loads a peer; one that does not load fails the whole command, with its name. */
export async function loadPeer<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw new Error(
      `the peer ${name} did not load (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** Loads the package that is measured. */
export function loadOurs<Module>(load: () => Promise<Module>): Promise<Module> {
  return loadPeer('@wedsync/dashboard', load);
}
