"""Makes directPreference.json: the loss of direct preference optimisation and its gradient, by PyTorch.

pip install torch. The loss is Rafailov et al. 2023, Equation 7, on every pair of a ranking, the mean
over its pairs; written out pair by pair, not through implicit rewards.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
beta = 0.3
# Three completions of 2, 1 and 3 tokens; the second and third are a tie below the first.
lengths = [2, 1, 3]
logprobs = torch.tensor([-0.5, -1.25, -2.0, -0.75, -0.1, -3.0], requires_grad=True)
references = torch.tensor([-2.0, -1.5, -4.5])
pairs = [(0, 1), (0, 2)]

sums = [part.sum() for part in torch.split(logprobs, lengths)]
losses = [
    -F.logsigmoid(beta * (sums[w] - references[w]) - beta * (sums[l] - references[l]))
    for w, l in pairs
]
loss = torch.stack(losses).mean()
loss.backward()
Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "torch": torch.__version__,
            "beta": beta,
            "lengths": lengths,
            "logprobs": logprobs.tolist(),
            "references": references.tolist(),
            "pairs": pairs,
            "loss": loss.item(),
            "gradient": logprobs.grad.tolist(),
        },
        indent=1,
    )
    + "\n"
)
