"""The peer of task "rm": a reward model step on all pairs of each ranking, chosen and rejected computed for every pair, as
reward model trainers for pairwise preference data do. transformers on PyTorch, float32."""
import itertools

import torch
from transformers import GPT2ForSequenceClassification

from measuring import measure, read_case

case, config = read_case()
config.num_labels = 1
model = GPT2ForSequenceClassification(config).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.01)
pairs = list(itertools.combinations(range(case["completions"]), 2))
ids = torch.randint(1, config.vocab_size, (case["batch"], case["completions"], case["length"]))
chosen = ids[:, [better for better, _ in pairs]].flatten(0, 1)
rejected = ids[:, [worse for _, worse in pairs]].flatten(0, 1)


def one_round():
    rewards = model(input_ids=torch.cat([chosen, rejected]), use_cache=False).logits[:, 0]
    margin = rewards[: len(chosen)] - rewards[len(chosen):]
    loss = -torch.nn.functional.logsigmoid(margin).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()


measure(model, one_round)
