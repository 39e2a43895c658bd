"""read.py TRACE...: reads what servers sent with lsprotocol, which is made of the protocol's meta model.

Traces are those of `pavise serve --trace`. It ends with 1 if a message cannot be read.
"""

import json
import sys

from lsprotocol import converters, types

converter = converters.get_converter()
read = failed = 0


def complain(where: str, what: object) -> None:
    global failed
    failed += 1
    print(f"{where}: {str(what)[:300]}", file=sys.stderr)


for trace in sys.argv[1:]:
    asked: dict[str, str] = {}
    with open(trace, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            record = json.loads(line)
            message, where = record.get("m"), f"{trace}:{number}"
            if record["dir"] == "in":
                if isinstance(message, dict) and "method" in message and "id" in message:
                    asked[json.dumps(message["id"])] = message["method"]
                continue
            read += 1
            method = message.get("method") or asked.get(json.dumps(message.get("id")))
            if method is None or "error" in message or method.startswith("pavise/"):
                continue
            if method not in types.METHOD_TO_TYPES:
                complain(where, f"lsprotocol knows no {method}")
                continue
            of_request, of_response, *_ = types.METHOD_TO_TYPES[method]
            try:
                converter.structure(message, of_request if "method" in message else of_response)
            except Exception as error:  # cattrs raises groups of any kind
                complain(f"{where} {method}", repr(error))

print(f"{read - failed} of {read} messages were read")
sys.exit(1 if failed else 0)
