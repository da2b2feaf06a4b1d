/** Which of the paper's ten categories a prompt looks like, by rules, for a person to confirm. */
import type { Category } from '../../protocol/records.ts';

/** A suggestion and what speaks for it. */
export interface CategorySuggestion {
  readonly category: Category;
  /** 0 to 1. */
  readonly confidence: number;
  /** The words that decided, for the person who confirms it; empty for the fallback. */
  readonly because: string;
}

interface Rule {
  readonly category: Category;
  readonly confidence: number;
  readonly pattern: RegExp;
}

/** The first rule that matches decides: forms that are hard to mistake come first. */
const rules: readonly Rule[] = [
  {
    category: 'chat',
    confidence: 0.9,
    pattern:
      /^(?:human|user|customer|you|ai|assistant|bot|friend|q) ?\d?:.*\n(?:[^]*\n)?(?:ai|assistant|bot|me|human|user)\b ?\d?:/im,
  },
  {
    category: 'chat',
    confidence: 0.8,
    pattern: /\bthe following is a (?:chat|conversation|dialogue)|\bact as\b.*\bchat/i,
  },
  {
    category: 'summarization',
    confidence: 0.9,
    pattern:
      /\b(?:summari[sz]e|summary of|tl;?dr|in one sentence what|key points of|shorten (?:this|the following))\b/i,
  },
  {
    category: 'classification',
    confidence: 0.85,
    pattern:
      /\b(?:classify|categori[sz]e|sentiment|which (?:category|class|label)|positive or negative|spam or not|rate (?:this|the following)|label (?:this|the following|each)|true or false\b)/i,
  },
  {
    category: 'extract',
    confidence: 0.85,
    pattern:
      /\b(?:extract|find all|pull out|list all (?:the )?\w+ (?:mentioned|in the (?:text|article|following))|identify (?:all|every|the \w+s) in)\b/i,
  },
  {
    category: 'rewrite',
    confidence: 0.85,
    pattern:
      /\b(?:rewrite|rephrase|paraphrase|translate|correct (?:the|this|my)|proofread|convert (?:the|this)|fix the (?:grammar|spelling)|make (?:this|the following|it) (?:more|sound|shorter|longer|better)|turn (?:this|the following) into|into (?:french|german|spanish|english|third person))\b/i,
  },
  {
    category: 'brainstorming',
    confidence: 0.8,
    pattern:
      /\b(?:brainstorm|ideas? (?:for|about|to|on)|suggest(?:ions)?|list (?:\w+ )?(?:ways|reasons|names|examples|things|tips|benefits|pros)|(?:give|name|think of|come up with) (?:me )?(?:\w+ )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|some|several|a few)|what are (?:\d+|some|five|ten)\b|give me a list)/i,
  },
  {
    category: 'closed_qa',
    confidence: 0.8,
    pattern:
      /\b(?:based on|according to|given|using) (?:the|this) (?:text|passage|article|context|paragraph|following|table|document)|\b(?:passage|context|article|text):[^]*\?|answer (?:the|these) (?:following )?questions? (?:about|from|on) (?:the|this)/i,
  },
  {
    category: 'generation',
    confidence: 0.8,
    pattern:
      /\b(?:write|compose|create|draft|generate|tell (?:me )?a (?:story|joke)|make up|continue (?:the|this)|design)\b/i,
  },
  {
    category: 'open_qa',
    confidence: 0.75,
    pattern:
      /^\s*(?:q(?:uestion)?:\s*)?(?:who|what|when|where|why|which|how|is|are|was|were|does|do|did|can|could|will|would|should|has|have|explain|define|describe)\b[^]*$/i,
  },
  { category: 'open_qa', confidence: 0.6, pattern: /\?\s*(?:a:|answer:)?\s*$/i },
];

/** The category that the rules suggest; `other` with little confidence where none speaks. */
export function suggestCategory(text: string): CategorySuggestion {
  // A long text around the instruction must not decide: instructions stand first or last.
  const ends = text.length <= 1200 ? text : `${text.slice(0, 600)}\n${text.slice(-600)}`;
  for (const { category, confidence, pattern } of rules) {
    const match = pattern.exec(ends);
    if (match !== null) {
      return { category, confidence, because: match[0].slice(0, 60).replace(/\s+/g, ' ') };
    }
  }
  return { category: 'other', confidence: 0.2, because: '' };
}
