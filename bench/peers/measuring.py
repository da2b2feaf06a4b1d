"""The peer's side of bench/processes.ts: a case as JSON in the first argument, one round for each line of the input."""
import json, resource, sys, time

import torch
from transformers import GPT2Config


def read_case():
    case = json.loads(sys.argv[1])
    torch.set_num_threads(case["threads"])
    torch.manual_seed(0)
    shape = case["shape"]
    config = GPT2Config(
        vocab_size=shape["vocabulary"], n_positions=case["promptLength"] + case["length"], n_embd=shape["width"],
        n_layer=shape["layers"], n_head=shape["heads"], resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=0, eos_token_id=None, pad_token_id=0)
    return case, config


def measure(model, one_round):
    for _ in range(2):
        one_round()
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters())}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        one_round()
        print(json.dumps({"ms": (time.perf_counter() - started) * 1e3}), flush=True)
    print(json.dumps({"peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}), flush=True)
