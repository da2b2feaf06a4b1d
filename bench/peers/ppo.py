"""The peer of task "ppo": one whole PPO iteration with transformers on PyTorch, float32, written out because TRL no longer has
it: sampling with the cache, log-probabilities of policy and reference, values, scores, KL penalty, GAE, then clipped policy and
value steps over minibatches, each model with AdamW and clipping. Policy, reference, reward and value model have one size."""
import torch
from torch.nn.functional import log_softmax
from transformers import GPT2ForSequenceClassification, GPT2ForTokenClassification, GPT2LMHeadModel

from measuring import measure, read_case

KL_COEF, GAMMA, LAM, CLIP, VALUE_CLIP, MISSING_END = 0.15, 1.0, 0.95, 0.2, 0.2, -3.0

case, config = read_case()
config.num_labels = 1
batch, start, length = case["batch"], case["promptLength"], case["length"]
end = 0  # ends a completion, as in ours
policy = GPT2LMHeadModel(config)
reference = GPT2LMHeadModel(config).eval().requires_grad_(False)
reference.load_state_dict(policy.state_dict())
reward_model = GPT2ForSequenceClassification(config).eval().requires_grad_(False)
config.classifier_dropout = 0.0
value_model = GPT2ForTokenClassification(config)
value_model.transformer.load_state_dict(reward_model.transformer.state_dict())
optimizers = {
    model: torch.optim.AdamW(model.parameters(), lr=1e-5, betas=(0.9, 0.95), weight_decay=0.0)
    for model in (policy, value_model)
}
prompts = torch.randint(1, config.vocab_size, (batch, start))


def logprobs_of(model, sequences):
    """Of the tokens of the completions: [B, T]."""
    logits = model(input_ids=sequences, use_cache=False, logits_to_keep=length + 1).logits[:, :-1]
    return log_softmax(logits, -1).gather(-1, sequences[:, start:, None])[..., 0]


def values_of(sequences):
    """Of the states before the completions' tokens: [B, T]."""
    return value_model(input_ids=sequences, use_cache=False).logits[:, start - 1:-1, 0]


@torch.inference_mode()
def roll_out():
    policy.eval()
    out = policy.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=True, temperature=1.0, top_k=0,
                          max_new_tokens=length, eos_token_id=end, pad_token_id=end, output_logits=True,
                          return_dict_in_generate=True)
    missing = start + length - out.sequences.shape[1]
    sequences = torch.nn.functional.pad(out.sequences, (0, missing), value=end)
    old = log_softmax(torch.stack(out.logits, 1), -1)
    old = old.gather(-1, out.sequences[:, start:, None])[..., 0]
    old = torch.nn.functional.pad(old, (0, missing))
    completions = sequences[:, start:]
    is_end = completions == end
    lengths = torch.where(is_end.any(1), is_end.int().argmax(1) + 1, length)
    mask = (torch.arange(length) < lengths[:, None]).float()
    ref = logprobs_of(reference, sequences)
    values = values_of(sequences)
    head = reward_model.transformer(input_ids=sequences, use_cache=False).last_hidden_state
    last = head[torch.arange(batch), start + lengths - 1]
    scores = reward_model.score(last)[:, 0]
    scores = torch.where(is_end.any(1), scores, torch.full_like(scores, MISSING_END))
    rewards = -KL_COEF * (old - ref) * mask
    rewards[torch.arange(batch), lengths - 1] += scores
    advantages = torch.zeros_like(rewards)
    running = torch.zeros(batch)
    for t in reversed(range(length)):
        following = values[:, t + 1] * mask[:, t + 1] if t + 1 < length else torch.zeros(batch)
        running = (rewards[:, t] + GAMMA * following - values[:, t] + GAMMA * LAM * running) * mask[:, t]
        advantages[:, t] = running
    return sequences, old, values, advantages, advantages + values, mask


def step(model, loss):
    optimizers[model].zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizers[model].step()
    return loss.item()


def one_round():
    # clone: tensors of inference mode take no part in gradients
    sequences, old, old_values, advantages, returns, mask = (each.clone() for each in roll_out())
    policy.train()
    for _ in range(case["epochs"]):
        for rows in torch.randperm(batch).split(case["minibatch"]):
            own = mask[rows]
            count = own.sum()
            mean = (advantages[rows] * own).sum() / count
            deviation = (((advantages[rows] - mean) ** 2 * own).sum() / count).sqrt()
            whitened = (advantages[rows] - mean) / (deviation + 1e-8)
            ratio = (logprobs_of(policy, sequences[rows]) - old[rows]).exp()
            clipped = ratio.clamp(1 - CLIP, 1 + CLIP)
            step(policy, (torch.maximum(-whitened * ratio, -whitened * clipped) * own).sum() / count)
            values = values_of(sequences[rows])
            near = old_values[rows] + (values - old_values[rows]).clamp(-VALUE_CLIP, VALUE_CLIP)
            squares = torch.maximum((values - returns[rows]) ** 2, (near - returns[rows]) ** 2)
            step(value_model, 0.5 * (squares * own).sum() / count)


measure(policy, one_round)
