/** The facts of the world for people who label its prompts by hand. */
import { capitalize } from './grammar.ts';
import { relationOf } from './relations.ts';
import type { World } from './world.ts';

const headings = [
  ['Animals', 'animals'],
  ['Things', 'objects'],
  ['Places', 'places'],
  ['People', 'people'],
] as const;

/** All facts of the world as Markdown, one line an entity: what is right for the gold labeler. */
export function almanac(world: World): string {
  const sections = headings.map(([heading, kind]) => {
    const lines = world[kind].map((entity) => {
      const facts = (world.factsOf.get(entity.name) ?? []).map(
        ({ relation, value }) => relationOf(relation).predicates(value)[0],
      );
      const todo =
        entity.activities.length === 0 ? '' : ` There one can ${entity.activities.join(', ')}.`;
      return `- ${capitalize(entity.definite)} ${facts.join(', ')}.${todo}`;
    });
    return `## ${heading}\n\n${lines.join('\n')}`;
  });
  return `# The world\n\n${sections.join('\n\n')}\n`;
}
