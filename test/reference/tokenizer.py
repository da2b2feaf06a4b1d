"""Makes test/reference/tokenizer: a vocabulary learned by the `tokenizers` library, and what it encodes.

usage: python test/reference/tokenizer.py        (pip install tokenizers)
corpus.json holds the texts, tokenizer.json what was learned from them, encoded.json texts with their ids.
metaspace.json and prepend.json are SentencePiece-style (byte fallback), as of Mistral and of Llama 2 and TinyLlama; those
with -encoded hold texts with their ids and what the ids decode to.
"""
import json
import pathlib
import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

here = pathlib.Path(__file__).parent / "tokenizer"
here.mkdir(exist_ok=True)
chance = random.Random(0)
animals = ["otter", "badger", "heron", "eel", "ferret", "naïve lynx", "獺", "Fluß-Igel"]
places = ["the river", "a burrow", "the old mill", "the marsh", "hill 27", "a tree's hollow"]
templates = ["Where does the {a} live?\nThe {a} lives in {p}.\n\n", "Q: Is {p} home to a {a}?\nA: Yes, it's home to {n} of them!\n",
             "{a}s, {a}s and {n} more {a}s... they'll sleep near {p}.\n", "I've seen {n} {a}s   by {p};  \t(they're \"shy\")\n"]
corpus = [chance.choice(templates).format(a=chance.choice(animals), p=chance.choice(places), n=chance.randint(1, 2000))
          for _ in range(120)]
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=400, min_frequency=2, special_tokens=["<|endoftext|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
tokenizer.save(str(here / "tokenizer.json"))
texts = corpus[:12] + ["", " ", "\n\n \n  x", "tabs\t\tand  spaces   ", "don't DON'T we'll I'd've", "1234567 3.14 0x1F",
                       "🦦🦦 獺は川 Ödipus’ «voilà» — ﷽", "a<|endoftext|>b <|endoftext|>", "e\u0301 \u200b zero\u00a0width",
                       "".join(chance.choice("ab \n.'’é🙂") for _ in range(200))]
(here / "corpus.json").write_text(json.dumps(corpus, ensure_ascii=False, indent=0) + "\n")
(here / "encoded.json").write_text(json.dumps([[text, tokenizer.encode(text).ids] for text in texts], ensure_ascii=False) + "\n")

pieces = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
pieces.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
pieces.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=520, min_frequency=2, limit_alphabet=60, show_progress=False,
    special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]))
document = json.loads(pieces.to_str())
document["added_tokens"] = document["added_tokens"][:3]  # the bytes are pieces, no special tokens
document["decoder"] = {"type": "Sequence", "decoders": [
    {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
styles = {
    "metaspace": (None, {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}),
    "prepend": ({"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}, None),
}
for name, (normalizer, pre_tokenizer) in styles.items():
    text = json.dumps({**document, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer}, ensure_ascii=False, indent=1)
    (here / f"{name}.json").write_text(text + "\n")
    styled = Tokenizer.from_str(text)
    rows = [[each, ids, styled.decode(ids, skip_special_tokens=False)]
            for each in [each.replace("<|endoftext|>", "</s>") for each in texts]
            for ids in [styled.encode(each, add_special_tokens=False).ids]]
    (here / f"{name}-encoded.json").write_text(json.dumps(rows, ensure_ascii=False) + "\n")
