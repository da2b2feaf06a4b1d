"""Opens a model folder that Instruct Studio wrote with transformers, as its users would.

usage: python test/reference/open_folder.py FOLDER [TEXT]
Prints one JSON line: the class, the text's token ids, whether they decode to it again, and the most
probable next tokens with their log-probabilities (or the reward at the text's last token).
"""
import json
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

folder, text = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "Where does the otter live?\n"
config = AutoConfig.from_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
ids = tokenizer(text, return_tensors="pt").input_ids
scalar = "ForSequenceClassification" in config.architectures[0]
model_class = AutoModelForSequenceClassification if scalar else AutoModelForCausalLM
model, info = model_class.from_pretrained(folder, output_loading_info=True)
assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
with torch.no_grad():
    logits = model.eval()(ids).logits[0]
result = {"class": type(model).__name__, "ids": ids[0].tolist(), "round_trip": tokenizer.decode(ids[0]) == text}
if scalar:
    result["reward"] = logits[0].item() + config.instruct_studio["reward_bias"]
else:
    logprobs, tokens = logits[-1].log_softmax(-1).topk(5)
    result["next"] = [[token.item(), logprob.item()] for token, logprob in zip(tokens, logprobs)]
print(json.dumps(result))
