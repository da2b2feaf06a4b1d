/** The chat participant `@instruct`: the aligned model answers in the editor's chat. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError, toErrorData } from '../../protocol/errors.ts';
import type { Disposable } from '../disposables.ts';
import type { Sample } from '../inline/comparison.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { ModelInfo } from '../views/modelCatalog.ts';
import { modelLabel } from '../views/modelNodes.ts';
import type { AlignedModels } from './alignedModels.ts';
import { modelVendor, usualSampling, withSignal } from './chatModels.ts';
import { plainMarkdown } from './plainMarkdown.ts';
import { runsAsText } from './runStatus.ts';

/** The participant's id, as in `package.json`. */
export const participantId = 'instruct.chat';

/** What the participant needs. */
export interface ParticipantTools {
  readonly projects: ProjectService;
  readonly aligned: AlignedModels;
  readonly sample: Sample;
  readonly icon: vscode.Uri;
}

const longestAnswer = 256;

/**
 * Registers `@instruct`. Each question stands alone, as the prompts that the models learn from do.
 * The result's metadata has the answers by model.
 */
export function registerParticipant(tools: ParticipantTools): Disposable {
  const participant = vscode.chat.createChatParticipant(
    participantId,
    async (request, _context, stream, token): Promise<vscode.ChatResult> => {
      try {
        if (request.command === 'runs') {
          const { runs } = tools.projects.expect();
          stream.markdown(plainMarkdown(runsAsText(runs.runs)));
          return {};
        }
        const answers: Record<string, string> = {};
        for (const { ref, label } of modelsAsked(tools, request)) {
          if (token.isCancellationRequested) break;
          if (request.command === 'compare') stream.markdown(`\n\n**${label}**\n\n`);
          const job = {
            model: ref,
            prompt: request.prompt,
            sampling: usualSampling(longestAnswer),
          };
          const say = (text: string): void => stream.markdown(plainMarkdown(text));
          const { completion } = await withSignal(token, (signal) =>
            tools.sample(job, say, signal),
          );
          answers[ref] = completion;
          if (completion.trim() === '') stream.markdown(`*${l10n.t('(an empty answer)')}*`);
        }
        return { metadata: { answers } };
      } catch (thrown) {
        const { message, remedy } = toErrorData(thrown);
        return { errorDetails: { message: `${message} ${remedy}` } };
      }
    },
  );
  participant.iconPath = tools.icon;
  return participant;
}

/** Of ours the one that is chosen in the chat, else the aligned one; for `/compare` the base too. */
function modelsAsked(
  { projects, aligned }: ParticipantTools,
  { command, model, prompt }: vscode.ChatRequest,
): readonly { readonly ref: string; readonly label: string }[] {
  if (prompt.trim() === '') {
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t('There is no prompt yet.'),
      remedy: l10n.t('Write what the model is to answer after @instruct.'),
    });
  }
  const chosen = model.vendor === modelVendor ? aligned.find(model.id) : undefined;
  const answering: ModelInfo | undefined = chosen ?? aligned.models.at(0);
  if (answering === undefined) {
    throw new InstructError({
      code: 'missing-file',
      message: l10n.t('There is no aligned model in this project.'),
      remedy: l10n.t('Train one first: Instruct: Run the Whole Loop….'),
    });
  }
  const own = { ref: answering.ref, label: modelLabel(answering) };
  if (command !== 'compare') return [own];
  const base = projects.expect().expectProject().models.base;
  return [{ ref: base, label: base.replace(/^models\//, '') }, own];
}
