// The compiler unpacks its native part into a cache, by default in the user's home. Nothing of ours is left outside
// the checkout, so importing this file moves it; children inherit it.
import { join } from 'node:path';
import { workspace } from './node24.js';

process.env.SWC_NATIVE_BINDING_CACHE ??= join(workspace, '.headgate/swc');
