"""Makes bleu.json: corpus BLEU of the texts below by NLTK 3.10 (pip install nltk).

The texts are already tokens apart, so that both sides count the same words. NLTK's smoothing
method 3 (NIST's) is the one that sacreBLEU calls "exp".
"""
import json
from pathlib import Path

import nltk
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

# The worked example of NLTK's documentation of corpus_bleu.
hypothesis1 = "It is a guide to action which ensures that the military always obeys the commands of the party"
references1 = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]
hypothesis2 = "he read the book because he was interested in world history"
references2 = ["he was interested in world history because he read the book"]
clumsy = "It is to insure the troops forever hearing the activity guidebook that party direct"
short = "the fox runs over the hill"
shortened = ["the quick fox runs over the green hill today", "the quick fox runs far over the green hill of ours"]

cases = [
    ("two sentences", [(hypothesis1, references1), (hypothesis2, references2)]),
    ("one sentence", [(hypothesis1, references1)]),
    ("no four words in common", [(clumsy, references1)]),
    ("shorter than its references", [(short, shortened)]),
    ("all right", [(hypothesis2, [hypothesis2])]),
]
found = [
    {
        "name": name,
        "translations": [{"text": t, "references": r} for t, r in corpus],
        "bleu": 100
        * corpus_bleu(
            [[r.split() for r in refs] for _, refs in corpus],
            [t.split() for t, _ in corpus],
            smoothing_function=SmoothingFunction().method3,
        ),
    }
    for name, corpus in cases
]
Path(__file__).with_suffix(".json").write_text(
    json.dumps({"nltk": nltk.__version__, "cases": found}, indent=1) + "\n"
)
