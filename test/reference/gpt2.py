"""Makes test/reference/gpt2: a small random GPT-2 saved by transformers, and what it computes.

usage: python test/reference/gpt2.py        (pip install torch transformers safetensors)
The numbers stand in expected.safetensors: logits of each row run alone, without padding, the gradients of
the language model's mean loss over all rows, the scores of a sequence classification head, and the ids
of greedy generation.
"""
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel

here = pathlib.Path(__file__).parent / "gpt2"
shutil.rmtree(here, ignore_errors=True)
torch.manual_seed(0)
torch.set_num_threads(1)
shape = dict(vocab_size=48, n_positions=24, n_embd=16, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0,
             resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
model = GPT2LMHeadModel(GPT2Config(**shape, initializer_range=0.2)).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))  # biases and gains that do something

lengths = [12, 7, 3]
tokens = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
for row, length in enumerate(lengths):
    tokens[row, :length] = torch.randint(1, 48, (length,))

expected = {"tokens": tokens.to(torch.float32), "lengths": torch.tensor(lengths, dtype=torch.float32)}
losses = []
for row, length in enumerate(lengths):
    ids = tokens[row:row + 1, :length]
    logits = model(ids).logits[0]
    expected[f"logits.{row}"] = logits.detach()
    losses.append(torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:], reduction="sum"))
loss = sum(losses) / sum(length - 1 for length in lengths)
loss.backward()
expected["loss"] = loss.detach().reshape(1)
for name, parameter in model.named_parameters():
    if name != "lm_head.weight":
        expected[f"gradient.{name}"] = parameter.grad.clone()

with torch.no_grad():
    greedy = model.generate(tokens[1:2, :7], attention_mask=torch.ones(1, 7, dtype=torch.int64), do_sample=False,
                            max_new_tokens=16, min_new_tokens=16, pad_token_id=0)
expected["greedy"] = greedy[0, 7:].to(torch.float32)
model.save_pretrained(here / "language")

reward = GPT2ForSequenceClassification(GPT2Config(**shape, num_labels=1)).eval()
reward.transformer.load_state_dict(model.transformer.state_dict())
with torch.no_grad():
    reward.score.weight.normal_(0, 0.3)
    expected["scores"] = torch.stack([reward(tokens[row:row + 1, :length]).logits[0, 0]
                                      for row, length in enumerate(lengths)])
reward.save_pretrained(here / "reward")

# Without the prefix, in shards, in 16 bits: as other people's folders are.
model.transformer.to(torch.bfloat16).save_pretrained(here / "sharded", max_shard_size="8KB")
save_file({name: tensor.contiguous() for name, tensor in expected.items()}, here / "expected.safetensors")
