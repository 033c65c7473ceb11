import { inEcs, type SourceInEcs } from './origin.js';
import { cloudTrailInEcs } from './origins/cloudtrail.js';
import { entraIdInEcs } from './origins/entra-id.js';
import { falcoInEcs } from './origins/falco.js';
import { office365InEcs } from './origins/office365.js';

/** Sources whose events become in ECS what they become from the sources themselves. */
export const originsInEcs: readonly SourceInEcs[] = [
  entraIdInEcs,
  office365InEcs,
  cloudTrailInEcs,
  falcoInEcs,
].map(inEcs);
