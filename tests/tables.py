"""The shipped data tables: ``python -m tests.tables`` checks their shape and says how old they are."""

import sys

from webhook.errors import InvalidFile
from webhook.wiring import shipped_tables

TABLES = shipped_tables()


def main() -> int:
    for table in TABLES.all:
        print(f"{type(table).__name__}: read {table.read} from {table.source}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except InvalidFile as error:
        sys.exit(str(error))
