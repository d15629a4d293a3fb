"""Run the command line: ``python -m mlcost_ext.cli``."""

import sys

from .main import main

sys.exit(main())
