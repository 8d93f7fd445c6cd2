"""Holds the published schema against the reader: `cargo run --example descriptions | python compare.py SCHEMA`.

Each line is a description and whether our reader took it; PyPI's jsonschema judges it by the published schema. Exits 1
when they disagree anywhere, with the first ones named.
"""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

lines = taken = 0
differ = []
for line in sys.stdin:
    said = json.loads(line)
    lines += 1
    taken += said["read"]
    fault = next(validator.iter_errors(said["document"]), None)
    if (fault is None) != said["read"]:
        why = "takes it" if fault is None else f"refuses {'/'.join(map(str, fault.absolute_path))}: {fault.message[:120]}"
        differ.append(f"line {lines}: the reader {'takes' if said['read'] else 'refuses'} it, the schema {why}")

for one in differ[:20]:
    print(one)
if differ or lines < 1000 or not 10 < taken < lines - 100:
    sys.exit(f"{len(differ)} of {lines} descriptions are judged differently ({taken} were taken)")
print(f"{lines} descriptions are judged alike, {taken} of them taken")
