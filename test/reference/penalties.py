"""Writes gpt2/penalties.json: what transformers' greedy generation gives on gpt2/language under a repetition penalty and
under a least number of new tokens.

usage: penalties.py     needs: pip install torch transformers (made with torch 2.13.0, transformers 5.18.0)
"""
import json, pathlib

import torch
from transformers import AutoModelForCausalLM

folder = pathlib.Path(__file__).parent / "gpt2"
model = AutoModelForCausalLM.from_pretrained(folder / "language").eval()
prompt = [5, 17, 40, 3, 17]


def greedy(**settings):
    ids = torch.tensor([prompt])
    out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, pad_token_id=0, max_new_tokens=16, **settings)
    return out[0, len(prompt):].tolist()


plain = greedy(eos_token_id=None)
end = plain[3]
first = plain.index(end)
cases = {
    "prompt": prompt,
    "plain": plain,
    "repetitionPenalty": [{"penalty": p, "tokens": greedy(eos_token_id=None, repetition_penalty=p)} for p in (1.1, 1.5, 0.8)],
    "endToken": end,
    "ended": greedy(eos_token_id=end),
    "minNewTokens": [{"least": n, "tokens": greedy(eos_token_id=end, min_new_tokens=n)} for n in (first + 2, 10)],
}
(folder / "penalties.json").write_text(json.dumps(cases, indent=1) + "\n")
