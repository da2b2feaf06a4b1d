/**
 * A model's files on the Hugging Face hub, or on any server with its interface: what there is, how
 * large, under what licence, and with what checksum. Asked only on the user's command.
 */
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { belongsToModel } from './modelFiles.ts';

/** Where models come from, unless another server is named. */
export const hubEndpoint = 'https://huggingface.co';

const listingSchema = z.object({
  id: z.string(),
  sha: z.string(),
  gated: z.union([z.boolean(), z.string()]).optional(),
  cardData: z.looseObject({ license: z.string().optional() }).nullish(),
  tags: z.array(z.string()).default([]),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().min(0).optional(),
      blobId: z.string().optional(),
      lfs: z.object({ sha256: z.string(), size: z.int().min(0) }).nullish(),
    }),
  ),
});

/** A file to be fetched. */
export interface HubFile {
  readonly path: string;
  readonly url: string;
  readonly bytes: number;
  /** What its content is to have: SHA-256 of large files, git's SHA-1 of small ones. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string } | null;
}

/** A model as it stands on the server now. */
export interface HubModel {
  readonly id: string;
  /** The commit: files are fetched of it, whatever is pushed meanwhile. */
  readonly revision: string;
  /** As its card says; null where it says nothing. */
  readonly licence: string | null;
  readonly files: readonly HubFile[];
  readonly bytes: number;
}

/** What is asked of a server. */
export interface HubAccess {
  readonly endpoint: string;
  /** For gated and private models; null for public ones. */
  readonly token: string | null;
}

function hubHeaders({ token }: HubAccess): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/**
 * What a model consists of.
 * @throws InstructError `bad-argument` for an id that is none or unknown, `bad-model` without weights
 * that can be read, `io-failed` where the server cannot be reached.
 */
export async function hubModel(id: string, revision: string, access: HubAccess): Promise<HubModel> {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id)) {
    throw new InstructError({
      code: 'bad-argument',
      message: `"${id}" is no model id.`,
      remedy: 'Give one such as "openai-community/gpt2".',
    });
  }
  const url = `${access.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await ask(url, access);
  if (response.status === 401 || response.status === 403 || response.status === 404) {
    throw new InstructError({
      code: 'bad-argument',
      message: `${access.endpoint} has no model "${id}" at "${revision}" that you may read (${response.status}).`,
      remedy: 'Check the id; for a gated model accept its terms and set HF_TOKEN.',
    });
  }
  if (!response.ok) throw unreachable(url, `it answered ${response.status}`);
  const parsed = listingSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw unreachable(url, 'its answer is not the hub’s');
  const { sha, cardData, tags, siblings } = parsed.data;
  const files = siblings
    .filter(({ rfilename }) => belongsToModel(rfilename))
    .map(({ rfilename, size, blobId, lfs }): HubFile => {
      const digest =
        lfs !== null && lfs !== undefined
          ? ({ kind: 'sha256', hex: lfs.sha256 } as const)
          : blobId === undefined
            ? null
            : ({ kind: 'git', hex: blobId } as const);
      return {
        path: rfilename,
        url: `${access.endpoint}/${id}/resolve/${sha}/${rfilename}`,
        bytes: lfs?.size ?? size ?? 0,
        digest,
      };
    });
  if (!files.some(({ path }) => path.endsWith('.safetensors'))) {
    throw new InstructError({
      code: 'bad-model',
      message: `${id} has no weights as safetensors.`,
      remedy: 'Choose a model that has model.safetensors, or convert it with transformers first.',
    });
  }
  const tagged = tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
  return {
    id,
    revision: sha,
    licence: cardData?.license ?? tagged ?? null,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Asks a server. @throws InstructError `io-failed` where it cannot be reached. */
export async function ask(
  url: string,
  access: HubAccess,
  headers: Record<string, string> = {},
): Promise<Response> {
  try {
    return await fetch(url, { headers: { ...hubHeaders(access), ...headers } });
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    throw unreachable(url, why instanceof Error ? why.message : String(why), cause);
  }
}

/** A server that does not answer as it should. */
export function unreachable(url: string, why: string, cause?: unknown): InstructError {
  return new InstructError(
    {
      code: 'io-failed',
      message: `${url} cannot be read: ${why}.`,
      remedy: 'Check the network and do the same again: what has arrived is kept.',
    },
    { cause },
  );
}
