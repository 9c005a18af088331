"""The loop of tutorials for who knows of rjieba: jieba's dictionary and cuts, in Rust."""

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

from rjieba import Jieba

sys.modules["jieba"] = SimpleNamespace(lcut=Jieba().cut)
runpy.run_path(str(Path(__file__).with_name("with_counter.py")))
