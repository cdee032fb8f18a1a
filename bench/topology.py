"""ripser.py for interleaved measurements.

Reads one JSON request a line from stdin and answers each by one JSON line on stdout:

  {"points": [[...], ...], "maxDim": k} -> {"ms": t, "diagrams": [[[birth, death or null], ...], ...]}

The time is that of the call alone: from coordinates to diagrams, without this conversation.
"""

import json
import math
import sys
import time

import numpy
from ripser import ripser

for line in sys.stdin:
    request = json.loads(line)
    points = numpy.array(request["points"])
    start = time.perf_counter()
    result = ripser(points, maxdim=request["maxDim"])
    ms = 1000 * (time.perf_counter() - start)
    diagrams = [
        [[float(b), float(d) if math.isfinite(d) else None] for b, d in diagram] for diagram in result["dgms"]
    ]
    print(json.dumps({"ms": ms, "diagrams": diagrams}), flush=True)
