"""Makes test/reference/agreement.json: rankings with ties and gaps by four labelers, and their agreement as NLTK has it.

usage: python test/reference/agreement.py        (pip install nltk)
Raw agreement is NLTK's observed agreement (AnnotationTask.Ao) of two labelers over the pairs without ties; alpha is
AnnotationTask.alpha over all pairs, each counted both ways round, since which completion is "first" means nothing.
"""
import itertools
import json
import pathlib
import random

from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, interval_distance

chance = random.Random(7)
labelers = ["anna", "ben", "cleo", "dora"]
tasks, ratings = [], []
for prompt in range(40):
    k = chance.randint(2, 6)
    quality = {f"p{prompt}c{i}": chance.gauss(0, 1) for i in range(k)}
    for labeler in labelers:
        if chance.random() < 0.35:
            continue
        seen = {c: round((q + chance.gauss(0, 0.8)) * 2) for c, q in quality.items()}
        groups = [[c for c in seen if seen[c] == level] for level in sorted(set(seen.values()), reverse=True)]
        tasks.append({"promptId": f"p{prompt}", "labeler": labeler, "ranking": groups})
        ratings.append([labeler, f"p{prompt}", max(1, min(7, 4 + seen[f"p{prompt}c0"]))])

def judgements(task):
    rank = {c: i for i, group in enumerate(task["ranking"]) for c in group}
    for a, b in itertools.combinations(sorted(rank), 2):
        yield a, b, (rank[a] > rank[b]) - (rank[a] < rank[b])

def alpha(triples, distance):
    """NLTK wants only items that two or more coders have judged."""
    count = {}
    for _, item, _ in triples:
        count[item] = count.get(item, 0) + 1
    return AnnotationTask([t for t in triples if count[t[1]] > 1], distance=distance).alpha()

triples = [(t["labeler"], key, value) for t in tasks for a, b, v in judgements(t)
           for key, value in ((f"{a}<{b}", v), (f"{b}<{a}", -v))]
pairs = []
for first, second in itertools.combinations(labelers, 2):
    own = [{(a, b): v for t in tasks if t["labeler"] == who for a, b, v in judgements(t)} for who in (first, second)]
    shared = [key for key in own[0] if key in own[1]]
    clear = [key for key in shared if own[0][key] != 0 and own[1][key] != 0]
    task = AnnotationTask([(who, str(key), own[i][key]) for i, who in enumerate((first, second)) for key in clear])
    pairs.append({"labelers": [first, second], "compared": len(clear), "tied": len(shared) - len(clear),
                  "rate": task.Ao(first, second)})
units = [[v for _, item, v in ratings if item == f"p{p}"] for p in range(40)]
out = {"tasks": tasks, "pairs": pairs, "alpha": alpha(triples, binary_distance),
       "ratings": {"units": units, "nominal": alpha(ratings, binary_distance), "interval": alpha(ratings, interval_distance)}}
path = pathlib.Path(__file__).parent / "agreement.json"
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
