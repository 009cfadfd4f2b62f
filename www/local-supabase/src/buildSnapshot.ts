import { writeSnapshot } from './database/snapshot.js';

// The last step of the package's build.
await writeSnapshot();
