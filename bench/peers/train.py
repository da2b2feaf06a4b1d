"""The peer of task "train": transformers on PyTorch, float32, forward, backward, clipping and AdamW as its users write them."""
import torch
from transformers import GPT2LMHeadModel

from measuring import measure, read_case

case, config = read_case()
model = GPT2LMHeadModel(config).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.01)
ids = torch.randint(0, config.vocab_size, (case["batch"], case["length"]))


def one_round():
    loss = model(input_ids=ids, labels=ids, use_cache=False).loss
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    loss.item()


measure(model, one_round)
