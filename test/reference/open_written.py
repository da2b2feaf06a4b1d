"""Opens the folders that writeFolders.ts wrote with transformers' Auto classes, and compares what they compute.

usage: python test/reference/open_written.py OUT        (pip install torch transformers peft safetensors)
Fails where a tensor is missing or unexpected, a token differs, or a number is off by more than 2e-4 (for weights stored in
16 bits, by more than their rounding explains).
"""
import pathlib
import sys

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer, GenerationConfig

text = "Where does the otter live? In the river.\n"
checked = 0
for expected_path in sorted(pathlib.Path(sys.argv[1]).glob("*.expected.safetensors")):
    folder = expected_path.with_name(expected_path.name.removesuffix(".expected.safetensors"))
    expected = load_file(expected_path)
    ids = expected["ids"].to(torch.int64)
    config = AutoConfig.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(text).input_ids
    assert tokens[:len(ids)] == ids.tolist(), (folder, tokens, ids)
    assert tokenizer.decode(tokens) == text, folder
    scalar = config.architectures[0].endswith("ForSequenceClassification")
    model_class = AutoModelForSequenceClassification if scalar else AutoModelForCausalLM
    model, info = model_class.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    assert type(model).__name__ == config.architectures[0], (folder, type(model))
    assert not any(info.values()), (folder, info)
    with torch.no_grad():
        if scalar:
            assert model.config.num_labels == 1
            value = torch.stack([model(ids[None, :end + 1]).logits[0] for end in range(len(ids))])
        else:
            GenerationConfig.from_pretrained(folder)
            value = model(ids[None]).logits[0]
    error = (value - expected["value"]).abs().max().item()
    if (folder / "adapter").exists():  # the same numbers from the base and the adapter beside it
        base = AutoModelForCausalLM.from_pretrained(folder.with_name(folder.name.removesuffix(".merged")))
        with torch.no_grad():
            beside = PeftModel.from_pretrained(base, folder / "adapter").eval()(ids[None]).logits[0]
        error = max(error, (beside - expected["value"]).abs().max().item())
    tolerance = 2e-4 if load_file(folder / "model.safetensors").popitem()[1].dtype == torch.float32 else \
        0.05 * expected["value"].abs().max().item()
    print(f"{folder.name:24} {type(model).__name__:34} largest difference {error:.1e}")
    assert error <= tolerance, (folder, error, tolerance)
    checked += 1
assert checked > 0
print(f"{checked} folders open and compute the same")
