const names: Readonly<Record<string, string>> = {
  base: 'base',
  prompted: 'base, prompted',
  narrow: 'SFT, narrow',
  sft: 'SFT',
  'sft-best-of-n': 'SFT, best of n',
  ppo: 'PPO',
  'ppo-ptx': 'PPO-ptx',
  dpo: 'DPO',
  expert: 'expert iteration',
};

/** A model's role in an evaluation as people read it; other names stand as they are. */
export function modelName(role: string): string {
  return Object.hasOwn(names, role) ? names[role] : role;
}
