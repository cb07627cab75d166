"""A hundred cells as honest students write them: each must work as it does in their own kernel.

By name; what a cell prints is the same everywhere and at all times. None of them is about the
assignment. They use the standard library, the shell, texts in many scripts, processes and files.
"""
# ruff: noqa: E501

STANDARD_LIBRARY = {
    "argparse": """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
print(parser.parse_args([]).rate, parser.parse_args(["--rate", "2"]).rate)""",
    "array": "import array\narray.array('d', [1.0, 2.0])",
    "asyncio": """
import asyncio
async def square(x):
    await asyncio.sleep(0)
    return x * x
print(await asyncio.gather(*map(square, range(4))))""",
    "base64": "import base64\nprint(base64.b64encode(b'weights'))",
    "bisect": "import bisect\nbisect.bisect([1, 3, 5], 4)",
    "calendar": "import calendar\nprint(calendar.month(2026, 2))",
    "collections": """
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
Point = namedtuple("Point", "x y")
print(Counter("hello").most_common(1), deque([1, 2], maxlen=1), Point(1, 2), OrderedDict(a=1))
defaultdict(int)["a"]""",
    "copy": "import copy\ncopy.deepcopy({'a': [1, 2]})",
    "ctypes": "import ctypes\nprint(ctypes.sizeof(ctypes.c_double), ctypes.CDLL(None).abs(-3))",
    "dataclass": """
from dataclasses import dataclass, field
@dataclass
class Layer:
    units: int
    weights: list = field(default_factory=list)
Layer(3)""",
    "datetime": """
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
then = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
print(then.astimezone(ZoneInfo("Europe/Berlin")), then + timedelta(days=1))""",
    "decimal": "from decimal import Decimal\nDecimal('0.1') + Decimal('0.2')",
    "difflib": "import difflib\nprint('\\n'.join(difflib.unified_diff(['a'], ['b'], lineterm='')))",
    "enum": "from enum import Enum\nclass Gate(Enum):\n    AND = 1\n    XOR = 2\nlist(Gate)",
    "faulthandler": "import faulthandler\nfaulthandler.enable()\nfaulthandler.is_enabled()",
    "fractions": "from fractions import Fraction\nFraction(1, 3) + Fraction(1, 6)",
    "functools": """
from functools import lru_cache, partial, reduce
@lru_cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
print(fibonacci(90), reduce(lambda a, b: a * b, range(1, 6)), partial(pow, 2)(5))""",
    "gc": "import gc\ngc.collect() >= 0",
    "getpass": "import getpass\nprint(len(getpass.getuser()) > 0)",
    "hashlib": "import hashlib\nprint(hashlib.sha256(b'x').hexdigest()[:8], hashlib.md5(b'x').hexdigest()[:8])",
    "heapq": "import heapq\nheapq.nsmallest(2, [5, 1, 4])",
    "html": "import html\nhtml.escape('<b>')",
    "inspect": "import inspect\ndef f(a, b=2): return a\nprint(inspect.signature(f), inspect.getsource(f))",
    "itertools": "import itertools\nlist(itertools.product([0, 1], repeat=2))",
    "json": "import json\nprint(json.dumps({'a': [1, 2.5, None], 'ü': 'é'}, indent=2))",
    "locale": "import locale\nprint(locale.getpreferredencoding())",
    "logging": """
import logging
logging.basicConfig(format="%(levelname)s %(message)s", force=True)
logging.warning("the loss rises")""",
    "math": "import math, cmath\nprint(math.erf(0.5), cmath.sqrt(-1))",
    "mmap": """
import mmap
with mmap.mmap(-1, 10_000) as memory:
    memory[:5] = b"hello"
    print(memory.read(5), len(memory))""",
    "operator": "from operator import itemgetter\nsorted([(2, 'a'), (1, 'b')], key=itemgetter(0))",
    "os": "import os\nprint(os.path.join('a', 'b'), os.cpu_count() > 0, 'PATH' in os.environ)",
    "pickle": "import pickle\npickle.loads(pickle.dumps({'w': [1.0, 2.0]}))",
    "platform": "import platform\nprint(platform.system(), platform.python_implementation())",
    "pprint": "from pprint import pprint\npprint({'b': list(range(30)), 'a': 1}, width=40)",
    "profile": """
import cProfile, io, pstats
profile = cProfile.Profile()
profile.runcall(sorted, [3, 1, 2])
print(pstats.Stats(profile, stream=io.StringIO()).total_calls > 0)""",
    "queue": """
import queue, threading
numbers = queue.Queue()
thread = threading.Thread(target=lambda: [numbers.put(i) for i in range(3)])
thread.start(); thread.join()
[numbers.get() for _ in range(3)]""",
    "random": "import random\nrandom.seed(1)\nprint(random.random(), random.choice('abc'))",
    "regular expressions": r"import re\nre.findall(r'\d+', 'a1b22')".replace(r"\n", "\n"),
    "resource": "import resource\nresource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0",
    "signal": "import signal\nprint(signal.getsignal(signal.SIGINT) is not None)",
    "statistics": "import statistics\nstatistics.stdev([1.0, 2.0, 4.0])",
    "string": "from string import Template\nTemplate('$a + $b').substitute(a=1, b=2)",
    "struct": "import struct\nstruct.unpack('<d', struct.pack('<d', 0.5))",
    "sys": "import sys\nprint(sys.byteorder, sys.maxsize, sys.getsizeof(1.0), sys.getrecursionlimit() > 500)",
    "textwrap": "import textwrap\nprint(textwrap.fill('a line that is too long', 10))",
    "time": "import time\nstart = time.perf_counter()\ntime.sleep(0.01)\nprint(time.perf_counter() > start)",
    "timeit": "import timeit\ntimeit.timeit('sum(range(10))', number=10) > 0",
    "traceback": """
import traceback
try:
    1 / 0
except ZeroDivisionError:
    print(traceback.format_exc().splitlines()[-1])""",
    "tracemalloc": "import tracemalloc\ntracemalloc.start()\nx = [0.0] * 1000\ntracemalloc.get_traced_memory()[1] > 0",
    "types": "import types\ntypes.SimpleNamespace(a=1)",
    "unicodedata": "import unicodedata\nunicodedata.name('ß')",
    "unittest": """
import io, unittest
class Test(unittest.TestCase):
    def test(self):
        self.assertEqual(1 + 1, 2)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Test)
unittest.TextTestRunner(stream=io.StringIO()).run(suite).wasSuccessful()""",
    "uuid": "import uuid\nlen(str(uuid.uuid4()))",
    "warnings": """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.warn("careful")
print(caught[0].message)""",
    "weakref": "import weakref\nclass A: pass\na = A()\nweakref.ref(a)() is a",
}
SHELL = {
    "ls": "!ls -a | head -n 1",
    "pwd": "import os\nhere = !pwd\nprint(here == [os.getcwd()])",
    "echo with a name": "rate = 0.5\n!echo the rate is {rate} and $rate",
    "several lines": "!printf 'one\\ntwo\\n'\n!echo three",
    "python": "!python -c 'print(1 + 1)'",
    "python version": "import sys\nlines = !python --version\nprint(lines[0].startswith('Python 3'))",
    "pip": "lines = !python -m pip --version\nprint(len(lines))",
    "pip list": "lines = !python -m pip list 2>/dev/null\nprint(any('numpy' in line for line in lines))",
    "cell magic": "%%bash\nfor i in 1 2 3; do echo $i; done",
    "sh magic": "%%sh\necho $((6 * 7))",
    "system": "status = get_ipython().system('echo from system')\nprint(status)",
    "getoutput": "get_ipython().getoutput('echo a; echo b')",
    "exit code": "!false\n_exit_code",
    "error of a command": "!ls /nowhere-at-all 2>/dev/null || echo none",
    "stderr of a command": "!echo wrong >&2",
    "sort and uniq": "!printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '",
    "awk": "!seq 5 | awk '{ s += $1 } END { print s }'",
    "environment": "%env RATE=0.25\n!echo $RATE",
    "os.system": "import os\nos.system('exit 3') >> 8",
    "progress with carriage returns": "!printf '10%%\\r20%%\\rdone\\n'",
    "long output of a command": "!seq 20000 | tail -n 2",
}
SCRIPTS = {
    "Arabic": "print('الشبكة العصبية ' * 20)",
    "Chinese": "print('神经网络' * 50)",
    "Cyrillic": "print('нейронная сеть ' * 20)",
    "Devanagari": "print('तंत्रिका नेटवर्क ' * 20)",
    "Greek": "print('νευρωνικό δίκτυο, σ(x) = 1/(1+e⁻ˣ) ' * 20)",
    "Hebrew": "print('רשת נוירונים ' * 20)",
    "Korean": "print('신경망 ' * 50)",
    "emoji": "print('🙂👩‍🔬🏳️‍🌈' * 20)",
    "names in other scripts": "σ = 0.5\nгамма = 2\n{'σ': σ, 'гамма': гамма}",
    "combining characters": "print('e\\u0301', 'é' == 'e\\u0301')",
    "megabytes of Chinese": "for _ in range(2000):\n    print('神经网络' * 250)",
    "megabytes of emoji": "print('🙂' * 2_000_000)",
}
PROCESSES = {
    "subprocess": "import subprocess\nsubprocess.run(['echo', 'hi'], capture_output=True, text=True).stdout",
    "subprocess to the screen": "import subprocess\nsubprocess.run(['echo', 'hi']).returncode",
    "popen": """
import subprocess
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cat:
    print(cat.communicate("through a pipe")[0])""",
    "fork": "import os\npid = os.fork()\nif pid == 0:\n    os._exit(7)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
    "pool": "from multiprocessing import Pool\ndef cube(x): return x ** 3\nwith Pool(2) as pool:\n    print(pool.map(cube, range(5)))",
    "process and queue": """
import multiprocessing as mp
def work(queue): queue.put(sum(range(10)))
queue = mp.Queue()
process = mp.Process(target=work, args=(queue,))
process.start()
print(queue.get())
process.join()
print(process.exitcode)""",
    "shared value": """
import multiprocessing as mp
def add(total):
    for _ in range(100):
        with total.get_lock():
            total.value += 1
total = mp.Value("i", 0)
processes = [mp.Process(target=add, args=(total,)) for _ in range(3)]
for process in processes: process.start()
for process in processes: process.join()
print(total.value)""",
    "shared array": """
import multiprocessing as mp
numbers = mp.Array("d", 3)
def fill(i): numbers[i] = i * 1.5
processes = [mp.Process(target=fill, args=(i,)) for i in range(3)]
for process in processes: process.start()
for process in processes: process.join()
print(numbers[:])""",
    "event and barrier": """
import multiprocessing as mp
ready, done = mp.Event(), mp.Barrier(2)
def work():
    ready.wait(); done.wait()
process = mp.Process(target=work)
process.start()
print(ready.is_set()); ready.set(); done.wait(); process.join()
print(ready.is_set(), process.exitcode)""",
    "pipe": """
import multiprocessing as mp
def echo(end): end.send(end.recv() + 1)
here, there = mp.Pipe()
process = mp.Process(target=echo, args=(there,))
process.start(); here.send(41); print(here.recv()); process.join()""",
    "semaphore": """
import multiprocessing as mp
places = mp.Semaphore(2)
print(places.acquire(), places.acquire(), places.acquire(block=False), places.acquire(timeout=0.05))
places.release(); print(places.acquire(block=False))
lock = mp.RLock()
with lock, lock: print("twice")""",
    "process pool executor": """
from concurrent.futures import ProcessPoolExecutor
def cube(x): return x ** 3
with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(cube, range(5))))""",
    "thread pool executor": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(lambda x: x ** 3, range(5))))""",
    "anonymous memory in two processes": """
import mmap, os
memory = mmap.mmap(-1, 100)
pid = os.fork()
if pid == 0:
    memory[:5] = b"child"
    os._exit(0)
os.waitpid(pid, 0)
print(memory[:5])""",
}
FILES = {
    "shared memory": "from multiprocessing.shared_memory import SharedMemory\nm = SharedMemory(create=True, size=10)\nm.buf[:2] = b'hi'\nprint(bytes(m.buf[:2]))\nm.close()\nm.unlink()",
    "write and read": "with open('a.txt', 'w') as f:\n    f.write('π\\n')\nprint(open('a.txt').read())",
    "pathlib": "from pathlib import Path\nPath('sub').mkdir(exist_ok=True)\nPath('sub/b.txt').write_text('b')\nprint(sorted(map(str, Path('sub').glob('*'))))",
    "csv": "import csv\nwith open('t.csv', 'w', newline='') as f:\n    csv.writer(f).writerow([1, 'a'])\nprint(list(csv.reader(open('t.csv'))))",
    "gzip": "import gzip\nwith gzip.open('a.gz', 'wt') as f:\n    f.write('zip')\nprint(gzip.open('a.gz', 'rt').read())",
    "zipfile": "import zipfile\nwith zipfile.ZipFile('a.zip', 'w') as z:\n    z.writestr('x', 'y')\nzipfile.ZipFile('a.zip').namelist()",
    "tarfile": "import tarfile\nopen('x', 'w').close()\nwith tarfile.open('a.tar', 'w') as t:\n    t.add('x')\ntarfile.open('a.tar').getnames()",
    "tempfile": "import tempfile\nwith tempfile.TemporaryDirectory() as d, tempfile.NamedTemporaryFile(dir=d) as f:\n    f.write(b'x')\n    print(f.tell())",
    "shutil": "import shutil, os\nos.makedirs('from', exist_ok=True)\nopen('from/x', 'w').close()\nshutil.copytree('from', 'to', dirs_exist_ok=True)\nprint(os.listdir('to'))\nshutil.rmtree('to')",
    "sqlite in memory": "import sqlite3\nsqlite3.connect(':memory:').execute('select 1 + 1').fetchone()",
    "sqlite in a file": """
import sqlite3
with sqlite3.connect("runs.db") as runs:
    runs.execute("create table if not exists run (loss real)")
    runs.execute("delete from run")
    runs.execute("insert into run values (0.5)")
print(sqlite3.connect("runs.db").execute("select * from run").fetchall())""",
    "shelve": "import shelve\nwith shelve.open('shelf') as s:\n    s['w'] = [1.0]\nwith shelve.open('shelf') as s:\n    print(s['w'])",
    "np.save": "import numpy as np\nnp.save('w.npy', np.arange(3))\nnp.load('w.npy')",
    "np.savez": "import numpy as np\nnp.savez('w.npz', w=np.eye(2))\nnp.load('w.npz')['w']",
    "np.memmap": "import numpy as np\nm = np.memmap('m.bin', 'f8', 'w+', shape=3)\nm[:] = 1.5\nm.flush()\nnp.fromfile('m.bin')",
    "file lock": "import fcntl\nwith open('lock', 'w') as f:\n    fcntl.flock(f, fcntl.LOCK_EX)\n    fcntl.lockf(f, fcntl.LOCK_UN)\nprint('locked')",
    "writefile": "%%writefile helper.py\ndef twice(x):\n    return 2 * x",
    "import of one's own file": "open('mine.py', 'w').write('def twice(x):\\n    return 2 * x\\n')\nimport mine\nmine.twice(4)",
    "run": "open('script.py', 'w').write('print(\"from a script\")')\n%run script.py",
    "file number of the output": "import sys\nprint(sys.stdout.fileno() >= 0, sys.stderr.fileno() >= 0)",
    "written past Python": "import os\nos.write(1, b'straight\\n')",
    "print to C's output": "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from C')\nlibc.fflush(None)",
    "capture": "%%capture said\nprint('hidden')",
    "redirect": "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said:\n    print('x')\nsaid.getvalue()",
    "home": "import os\nopen(os.path.expanduser('~/.mine'), 'w').write('x')",
}
# What does not work says why.
REFUSED = {
    "Manager": ("import multiprocessing as mp\nmp.Manager()", "there are no sockets"),
    "spawn": ("import multiprocessing as mp\nmp.get_context('spawn').Lock()", "must be forked"),
    "input": ("name = input()", "EOF when reading a line"),
    "network": (
        "import urllib.request\nurllib.request.urlopen('http://example.org')",
        "name resolution",
    ),
    "installing": ("%pip install a-package-that-is-nowhere", "No matching distribution found"),
}
CELLS = {**STANDARD_LIBRARY, **SHELL, **SCRIPTS, **PROCESSES, **FILES}
