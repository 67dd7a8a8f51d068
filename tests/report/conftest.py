"""Report tests use documents of a campaign that never ran."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
