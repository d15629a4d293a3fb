import type { Ending } from './ending';

/** Whose something is, as far as AWS tells. */
export interface Owner {
  readonly by: 'profile' | 'space' | 'tag';
  readonly name: string;
}

/** The tags that Studio puts on what is started from it; what they name stands last. */
const PROFILE_TAG = 'sagemaker:user-profile-arn';
const SPACE_TAG = 'sagemaker:space-arn';

/** Tell whose a thing is: by its user profile, by a tag of that name, or by its space; null where nothing says so. */
export function ownerOf({ what, row }: Ending): Owner | null {
  const profile = (what === 'app' ? row.user_profile_name : null) ?? lastOf(row.tags[PROFILE_TAG]);
  if (profile !== null) {
    return { by: 'profile', name: profile };
  }
  const tag = Object.entries(row.tags).find(([key, value]) => key.toLowerCase() === 'owner' && value !== '');
  if (tag !== undefined) {
    return { by: 'tag', name: tag[1] };
  }
  const space = (what === 'app' ? row.space_name : null) ?? lastOf(row.tags[SPACE_TAG]);
  return space === null ? null : { by: 'space', name: space };
}

function lastOf(arn: string | undefined): string | null {
  const name = arn?.split('/').at(-1) ?? '';
  return name === '' ? null : name;
}
