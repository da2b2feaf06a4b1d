"""The peer of task "generate": transformers' generate with its key/value cache, float32."""
import torch
from transformers import GPT2LMHeadModel

from measuring import measure, read_case

case, config = read_case()
model = GPT2LMHeadModel(config).eval()
ids = torch.randint(1, config.vocab_size, (case["batch"], case["promptLength"]))
mask = torch.ones_like(ids)


def one_round():
    with torch.inference_mode():
        out = model.generate(ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0,
                             min_new_tokens=case["length"], max_new_tokens=case["length"])
    assert out.shape == (case["batch"], case["promptLength"] + case["length"])


measure(model, one_round)
