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
    "capture": "%%capture said\nprint('hidden')",
    "redirect": "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said:\n    print('x')\nsaid.getvalue()",
    "home": "import os\nopen(os.path.expanduser('~/.mine'), 'w').write('x')",
}
# What programs and libraries in C write reaches a kernel's notebook at some later time: what the
# grader shows with the cell itself.
PAST_PYTHON = {
    "subprocess to the screen": (
        "import subprocess\nsubprocess.run(['echo', 'hi']).returncode",
        ["0", "hi"],
    ),
    "written past Python": ("import os\nos.write(1, b'straight\\n')", ["9", "straight"]),
    "print to C's output": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.puts(b'from C')\nlibc.fflush(None)",
        ["0", "from C"],
    ),
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
# Several cells, one after the other. Those that follow rely on what those before left behind.
SERIES = {
    "several figures": (
        """
for i in range(3):
    plt.figure()
    plt.plot([i, 1])""",
    ),
    "show twice": (
        """
plt.plot([1, 2]); plt.show()
print("between")
plt.plot([2, 1]); plt.show()""",
    ),
    "last value of plot": ("plt.hist([1, 2, 2, 3])",),
    "axes repr": ('plt.figure(figsize=(3, 2)).add_subplot().set_title("t")',),
    "subplots": (
        """
fig, axes = plt.subplots(2, 2, figsize=(4, 4), sharex=True)
axes[0, 0].imshow(np.eye(3)); axes[1, 1].contourf(np.outer(np.arange(4), np.arange(4)))
fig.subplots_adjust(hspace=0.5); fig.suptitle("all"); fig.tight_layout()""",
    ),
    "figure object as value": (
        """
fig, ax = plt.subplots()
ax.plot([1, 2])
fig""",
    ),
    "figure from earlier cell shown": (
        "fig, ax = plt.subplots(); plt.close()",
        """
ax.scatter([1, 2], [3, 4])
fig""",
    ),
    "savefig and Image": (
        """
from IPython.display import Image
plt.plot([1, 2]); plt.savefig("a.png"); plt.close()
Image("a.png")""",
    ),
    "animation jshtml": (
        """
from matplotlib.animation import FuncAnimation
from IPython.display import HTML
fig, ax = plt.subplots(); (line,) = ax.plot([], [])
ani = FuncAnimation(fig, lambda i: line.set_data([0, i], [0, i]) or (line,), frames=3)
plt.close(fig)
HTML(ani.to_jshtml())""",
    ),
    "animation html5 video without ffmpeg": (
        """
from matplotlib.animation import FuncAnimation
from IPython.display import HTML
fig, ax = plt.subplots(); (line,) = ax.plot([], [])
ani = FuncAnimation(fig, lambda i: line.set_data([0, i], [0, i]) or (line,), frames=3)
plt.close(fig)
HTML(ani.to_html5_video())""",
    ),
    "matplotlib inline": (
        """
%matplotlib inline
plt.plot([1, 2])
plt.show()""",
    ),
    "mathtext": ('plt.plot([1, 2]); plt.title(r"$\\frac{1}{1+e^{-x}}$"); plt.show()',),
    "bad mathtext": ('plt.plot([1, 2]); plt.title(r"$\\frac{1}{1+e^{-x}$"); plt.show()',),
    "3d": (
        """
ax = plt.figure().add_subplot(projection="3d")
ax.plot_surface(*np.meshgrid([0, 1], [0, 1]), np.ones((2, 2)));""",
    ),
    "imshow and colorbar": (
        'plt.imshow(np.random.default_rng(0).random((28, 28)), cmap="gray"); plt.colorbar(); plt.axis("off")',
    ),
    "clear_output without wait": (
        """
from IPython.display import clear_output
print("gone"); clear_output(); print("stays")""",
    ),
    "clear_output in loop of prints": (
        """
import time
from IPython.display import clear_output
for i in range(5):
    clear_output(wait=True); print("step", i, flush=True)""",
    ),
    "clear_output that nothing follows": (
        """
from IPython.display import clear_output
print("stays"); display(1); clear_output(wait=True)""",
        'print("next")',
    ),
    "animation of 500 frames": (
        """
from IPython.display import clear_output, display
for i in range(500):
    clear_output(wait=True); print("frame", i); display("x" * 10_000); display(i)""",
    ),
    "display handle": (
        """
handle = display("a", display_id=True)
print("between")
for i in range(500): handle.update("x" * 10_000 + str(i))""",
        'handle.update("from a later cell")',
        'handle.display("once more")',
    ),
    "update of several displays": (
        """
from IPython.display import update_display
display(1, display_id="one"); display(2, display_id="two"); display(3, display_id="one")""",
        'display(4, display_id="one"); update_display(5, display_id="two"); update_display(6, display_id="none")',
        """
from IPython.display import clear_output
display("cleared", display_id="one"); clear_output(); update_display(7, display_id="one")""",
    ),
    "help of a pager": (
        "len?",
        "np.linspace??",
        "%pdoc len",
        "%psource np.linspace",
        'print("after")',
    ),
    "task that outlives its cell": (
        """
import asyncio
async def slowly(x):
    await asyncio.sleep(0.05)
    return x
task = asyncio.create_task(slowly(7))
loop = asyncio.get_event_loop(); loop.is_running()""",
        "await task, loop is asyncio.get_running_loop()",
        """
queue = asyncio.Queue()
async def fill():
    for i in range(3): await queue.put(i)
filling = asyncio.ensure_future(fill())""",
        "[await queue.get() for _ in range(3)]",
    ),
    "precision of decimals": (
        "import decimal\ndecimal.getcontext().prec = 5",
        "print(decimal.Decimal(1) / 3); decimal.getcontext().prec = 28",
    ),
    "errors of arrays": (
        'before = np.seterr(divide="raise")',
        "np.array([1.0]) / 0",
        "np.seterr(**before)",
    ),
    "sys.stdout replaced": (
        """
import io, sys
kept, sys.stdout = sys.stdout, io.StringIO()
print("a")""",
        """
print("b")
said, sys.stdout = sys.stdout.getvalue(), kept
said""",
        "print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.writable())",
    ),
    "interrupt by a signal": (
        """
import os, signal
os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(1)""",
        'print("on")',
    ),
    "is this a notebook": (
        'print(get_ipython().__class__.__name__, "IPKernelApp" in get_ipython().config)',
    ),
    "who am I": (
        "import os, pwd\nlen(pwd.getpwuid(os.getuid())), pwd.getpwuid(os.getuid()).pw_uid >= 0",
    ),
    "audio": (
        """
from IPython.display import Audio
Audio(np.sin(np.arange(8000) / 10), rate=8000)""",
    ),
    "image from url": (
        """
from IPython.display import Image
Image(url="https://example.org/a.png")""",
    ),
    "repr methods": (
        """
class Net:
    def _repr_html_(self): return "<b>net</b>"
    def _repr_latex_(self): return "$n$"
    def __repr__(self): return "Net()"
Net()""",
    ),
    "repr raises": (
        """
class Bad:
    def __repr__(self): raise ValueError("no repr")
Bad()""",
    ),
    "display many": ('print("a"); display(1); print("b"); display([1, 2]); 3',),
    "scipy": (
        """
from scipy.optimize import minimize
from scipy.special import expit
print(minimize(lambda x: (x - 2) ** 2, 0.0).x.round(3), expit(0.0))""",
    ),
    "joblib": (
        """
from joblib import Parallel, delayed, Memory
print(Parallel(n_jobs=2)(delayed(abs)(-i) for i in range(3)))
print(Parallel(n_jobs=2, prefer="threads")(delayed(abs)(-i) for i in range(3)))""",
    ),
    "joblib lambda and memory": (
        """
from joblib import Parallel, delayed, Memory
memory = Memory("cache", verbose=0)
@memory.cache
def f(x): return x * 2
print(f(3), f(3), Parallel(n_jobs=-1)(delayed(f)(i) for i in range(4)))""",
    ),
    "timeit magic quiet": (
        """
r = %timeit -o -q -n 1 -r 2 sum(range(10))
len(r.all_runs)""",
    ),
    "timeit cell": (
        """
%%timeit -n1 -r1 -q
y_inside = 4""",
        "'y_inside' in globals()",
    ),
    "html magic": (
        """
%%html
<b>hi</b>""",
    ),
    "latex magic": (
        """
%%latex
$x^2$""",
    ),
    "cd magic": (
        """
import os
os.makedirs("sub", exist_ok=True)
%cd -q sub
print(os.path.basename(os.getcwd()))""",
        """
open("f", "w").write("x")
%cd -q ..
os.path.exists("sub/f")""",
    ),
    "env magic": (
        "%env MY_VAR=3",
        """
import os; print(os.environ["MY_VAR"])
%env MY_VAR""",
    ),
    "lsmagic and quickref": (
        """
m = get_ipython().magics_manager.lsmagic()
print("timeit" in m["line"], "bash" in m["cell"])""",
    ),
    "unknown magic": (
        "%nothing_there",
        """
%%nothing_there
x""",
    ),
    "prun": (
        """
%prun -q sum(range(3))
print("done")""",
    ),
    "xdel": (
        """
abc = 1
%xdel abc
print("abc" in globals())""",
    ),
    "perl ruby js": (
        """
%%perl
print "from perl\\n";""",
    ),
    "script magic": (
        """
%%script bash --out o1
echo captured""",
        "o1",
    ),
    "bash errors": (
        """
%%bash
echo before
exit 3""",
        'print("after")',
    ),
    "python3 magic": (
        """
%%python3
print(1 + 1)""",
    ),
    "heredoc": (
        """
%%bash
cat <<END > here.txt
one
END
cat here.txt; wc -l < here.txt; export A=1; echo $A""",
    ),
    "future annotations": (
        """
from __future__ import annotations
def f(x: NotThereAtAll | None) -> list[Nope]: return x
f.__annotations__""",
        """
def g(x: NotThere2): return x
g(3)""",
    ),
    "typing module": (
        """
from typing import Callable, NamedTuple, Protocol, TypedDict, TypeVar, Generic, get_type_hints
T = TypeVar("T")
class P(NamedTuple):
    x: float = 0.0
class Box(Generic[T]):
    def __init__(self, v: T): self.v = v
def f(a: int) -> P: return P(a)
print(get_type_hints(f), P(2), Box[int](3).v)""",
    ),
    "os.popen": (
        """
import os
print(os.popen("echo hi").read())""",
    ),
    "long repr": (
        "list(range(5000))",
        "np.arange(5000)",
        '"a" * 50_000',
        "{i: str(i) for i in range(2000)}",
    ),
    "carriage returns": (
        """
import sys, time
for i in range(5):
    print(f"\\r{i}/5", end="", flush=True)
print()
sys.stdout.write("abc\\b\\bd\\n")""",
    ),
    "ansi colours": ('print("\\033[31mred\\033[0m and \\x1b[1mbold\\x1b[0m")',),
    "no newline prints": (
        'print("a", end=""); print("b", end="")',
        """
print("c", end="")
4""",
    ),
    "sys.stdin": (
        """
import sys
print(repr(sys.stdin.read()))""",
    ),
    "csv gzip zip json pathlib": (
        """
import csv, gzip, json, zipfile, bz2, lzma, pathlib
with gzip.open("a.json.gz", "wt") as f: json.dump([1], f)
with zipfile.ZipFile("a.zip", "w") as z: z.write("a.json.gz")
zipfile.ZipFile("a.zip").extractall("out")
print(sorted(p.name for p in pathlib.Path("out").rglob("*")), json.load(gzip.open("out/a.json.gz")))
print(lzma.decompress(lzma.compress(b"x")), bz2.decompress(bz2.compress(b"y")), pathlib.Path.cwd() == pathlib.Path(".").resolve())""",
    ),
    "zones": (
        """
from datetime import datetime, timezone, timedelta
from zoneinfo import ZoneInfo
import time
d = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
print(d, (d + timedelta(hours=2)).isoformat(), d.astimezone(ZoneInfo("Asia/Kolkata")), time.tzname, datetime.fromtimestamp(0))""",
    ),
    "custom magic": (
        """
from IPython.core.magic import register_line_magic, register_cell_magic
@register_line_magic
def shout(line): print(line.upper())
@register_cell_magic
def twice(line, cell):
    get_ipython().run_cell(cell); get_ipython().run_cell(cell)""",
        "%shout hello",
        """
%%twice
print("t")""",
    ),
    "skip magic idiom": (
        """
from IPython.core.magic import register_cell_magic
@register_cell_magic
def skip(line, cell): return""",
        """
%%skip
raise ValueError""",
    ),
    "excepthook": (
        """
import sys
def hook(t, v, tb): print("hook", v)
sys.excepthook = hook
1 / 0""",
    ),
    "tabulate": (
        """
from tabulate import tabulate
print(tabulate([[1, 2]], headers=["a", "b"]))""",
    ),
    "cell with only comment and magic": (
        """
# comment
%matplotlib inline""",
    ),
    "crlf and tabs": (
        """
if True:
	print("tab")""",
    ),
    "semicolon suppress": (
        "5;",
        "5; 6",
        "x = 5; x",
        "None",
        "(5)  # comment;",
        '"text";',
    ),
    "unicode identifiers": (
        """
ñ = 1; 变量 = 2; ﬁ = 3
ñ + 变量 + fi""",
    ),
    "walrus match fstrings": (
        """
match [1, 2]:
    case [a, b] if (c := a + b) > 2: print(f"{c=} {a!r:>5} {3.14159:.2f}")""",
    ),
    "except star": (
        """
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as e:
    print(e.exceptions)
except* TypeError as e:
    print("t")""",
    ),
    "metaclass abc slots": (
        """
from abc import ABC, abstractmethod
class Layer(ABC):
    __slots__ = ("w",)
    @abstractmethod
    def forward(self): ...
class Dense(Layer):
    def __init__(self): self.w = 1
    def forward(self): return super().__repr__()[:1]
try: Layer()
except TypeError as e: print(e)
Dense().forward()""",
    ),
    "default encoding file": (
        """
open("u.txt", "w").write("grün 神经")
open("u.txt").read()""",
    ),
    "symlink hardlink": (
        """
import os
open("s", "w").close(); os.symlink("s", "l"); os.link("s", "h"); print(os.path.islink("l"), os.stat("h").st_nlink)""",
    ),
}
# Each shows one figure as an image, whatever it asks for: there are no windows, and no page shows SVG.
FIGURES = (
    "%config InlineBackend.figure_format = 'svg'\nplt.plot([1, 2]);",
    "%config InlineBackend.figure_formats = {'pdf', 'retina'}\nplt.plot([1, 2]);",
    "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('pdf', 'svg')\nplt.plot([1, 2]);",
    "%matplotlib notebook\nplt.plot([1, 2])\nplt.show()",
    "%matplotlib widget\nfig, ax = plt.subplots()\nfig.canvas.header_visible = False\nax.plot([1, 2]);",
    "%matplotlib ipympl\nplt.plot([1, 2]);",
    "%matplotlib qt\nplt.plot([1, 2]);",
    "%matplotlib tk\nplt.plot([1, 2]); plt.show(block=True)",
    "%matplotlib\nplt.plot([1, 2]);",
    "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "matplotlib.use('Qt5Agg', force=True)\nplt.plot([1, 2]);",
    "matplotlib.use('nbAgg')\n%config InlineBackend.figure_format = 'png'\nplt.plot([1, 2]);",
    "matplotlib.use('module://ipympl.backend_nbagg')\nplt.plot([1, 2]);",
    "matplotlib.use(backend='Agg')\nplt.plot([1, 2]); plt.savefig('a.svg'); plt.savefig('a.pdf'); plt.savefig('a.eps')",
    "assert open('a.svg').read(5) == '<?xml' and open('a.pdf', 'rb').read(4) == b'%PDF'\nmatplotlib.use('svg')\nplt.plot([1, 2]);",
    "import os\nos.environ['MPLBACKEND'] = 'TkAgg'\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "plt.switch_backend('pdf')\nplt.plot([1, 2]);",
    "%pylab qt\nplot([1, 2]);",
    "%matplotlib inline\nplt.plot([1, 2]);",
)
# What a page cannot hold as a notebook does, and what stands there instead.
INSTEAD = {
    "SVG": (
        "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
        ["An SVG image is not shown here."],
    ),
    "SVG magic": (
        "%%svg\n<svg xmlns='http://www.w3.org/2000/svg'/>",
        ["An SVG image is not shown here."],
    ),
    "JSON": (
        "from IPython.display import JSON\nJSON({'a': 1})",
        ["<IPython.core.display.JSON object>"],
    ),
    "JavaScript": ("%%javascript\nalert(1)", ["<IPython.core.display.Javascript object>"]),
    "GIF": (
        "from PIL import Image as Pillow\nPillow.new('1', (3, 2)).save('a.gif')\nfrom IPython.display import Image\nImage(filename='a.gif')",
        ["<IPython.core.display.Image object>", "text/html text/plain"],
    ),
    "ProgressBar": (
        "from IPython.display import ProgressBar\nfor _ in ProgressBar(3): pass",
        ["[============================================================] 3/3"],
    ),
    "exit": (
        "print('a')\nexit(0)\nprint('b')",
        [
            "a",
            "While grading, exit() and quit() do nothing: all cells are run.",
            "b",
        ],
    ),
    "back to Python's own stream": (
        "import io, sys\nsys.stdout = io.StringIO(); print('a'); sys.stdout = sys.__stdout__\nprint('b')",
        ["b"],
    ),
    "no stream": ("import sys\nsys.stdout = None", []),
    "after no stream": ("print('there')", ["there"]),
}
# Right answers in many forms: the cell that they stand in, and cells before it that they need.
RIGHT = {
    "helper from other cell": (
        "scores",
        """
BIAS = 0
class Linear:
    def __call__(self, X, w): return X @ w[1:] + w[BIAS]""",
        """
linear = Linear()
def scores(X, w): return linear(X, w)""",
    ),
    "generator and closure": (
        "scores",
        """
def rows(X):
    for x in X:
        yield x
def make():
    count = 0
    def f(X, w):
        nonlocal count
        count += 1
        return np.array([x @ w[1:] for x in rows(X)]) + w[0]
    return f""",
        "scores = make()",
    ),
    "recursion deep": (
        "scores",
        """
import sys
sys.setrecursionlimit(20000)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
depth(10000)""",
        """
def scores(X, w):
    def go(i): return [] if i == len(X) else [X[i] @ w[1:] + w[0]] + go(i + 1)
    depth(5000)
    return np.array(go(0))""",
    ),
    "lru_cache": (
        "sigmoid",
        """
from functools import lru_cache
@lru_cache(maxsize=None)
def one(s): return 1 / (1 + np.exp(-s)) if s >= 0 else np.exp(s) / (1 + np.exp(s))
def sigmoid(S):
    return np.vectorize(one)(S)""",
    ),
    "memo dictionary": (
        "sigmoid",
        """
memo = {}
def sigmoid(S):
    key = S.tobytes(), S.shape
    if key not in memo:
        memo[key] = np.where(S >= 0, 1, np.exp(-abs(S))) / (1 + np.exp(-abs(S)))
    return memo[key]""",
    ),
    "decorator": (
        "sigmoid",
        """
import functools, time
def timed(f):
    @functools.wraps(f)
    def g(*a, **k):
        t = time.perf_counter(); r = f(*a, **k); g.seconds = time.perf_counter() - t; return r
    return g""",
        """
@timed
def sigmoid(S):
    e = np.exp(-np.abs(S))
    return np.where(S >= 0, 1, e) / (1 + e)""",
    ),
    "class decorator registry": (
        "scores",
        """
REG = {}
def register(name):
    def wrap(f):
        REG[name] = f
        return f
    return wrap""",
        """
@register("scores")
def scores(X, w):
    return X @ w[1:] + w[0]""",
    ),
    "type hints": (
        "scores",
        """
import numpy.typing as npt
def scores(X: npt.NDArray[np.float64], w: "np.ndarray") -> np.ndarray:
    s: np.ndarray = X @ w[1:] + w[0]
    return s""",
    ),
    "dataclass used": (
        "scores",
        """
from dataclasses import dataclass, asdict
@dataclass(frozen=True, order=True)
class Params:
    w: np.ndarray
    b: float = 0.0""",
        """
def scores(X, w):
    p = Params(w[1:], w[0])
    return X @ p.w + p.b""",
    ),
    "timer thread left running": (
        "scores",
        """
import threading
stop = threading.Event()
def spin():
    while not stop.wait(0.01): pass
threading.Thread(target=spin, daemon=True).start()
print(threading.active_count() > 1)""",
        """
def scores(X, w):
    return X @ w[1:] + w[0]""",
    ),
    "thread lock kept and used": (
        "scores",
        """
import threading
lock = threading.Lock()""",
        """
def scores(X, w):
    with lock:
        return X @ w[1:] + w[0]""",
    ),
    "own thread in function": (
        "scores",
        """
import threading
def scores(X, w):
    out = np.zeros(len(X))
    def work(i): out[i] = X[i] @ w[1:] + w[0]
    ts = [threading.Thread(target=work, args=(i,)) for i in range(len(X))]
    [t.start() for t in ts]; [t.join() for t in ts]
    return out""",
    ),
    "asyncio in the function": (
        "scores",
        """
import asyncio, threading
def scores(X, w):
    async def go(): return X @ w[1:] + w[0]
    result = []
    t = threading.Thread(target=lambda: result.append(asyncio.run(go()))); t.start(); t.join()
    return result[0]""",
    ),
    "asyncio run in the function": (
        "scores",
        """
import asyncio
def scores(X, w):
    async def go(): return X @ w[1:] + w[0]
    try:
        return asyncio.run(go())
    except RuntimeError:
        return X @ w[1:] + w[0]""",
    ),
    "chdir then relative file": (
        "scores",
        """
import os
os.makedirs("work", exist_ok=True); os.chdir("work")
np.save("b.npy", 0)""",
        'def scores(X, w): return X @ w[1:] + w[np.load("b.npy")]',
    ),
    "file read by function": (
        "scores",
        """
import json
json.dump({"bias": 0}, open("conf.json", "w"))""",
        """
def scores(X, w):
    with open("conf.json") as f: c = json.load(f)
    return X @ w[1:] + w[c["bias"]]""",
    ),
    "open file kept by function": (
        "scores",
        'f_open = open("numbers.txt", "w+"); f_open.write("0\\n"); f_open.flush()',
        """
def scores(X, w):
    f_open.seek(0); b = int(f_open.read())
    return X @ w[1:] + w[b]""",
    ),
    "function writes a file": (
        "scores",
        """
def scores(X, w):
    with open("calls.log", "a") as f: f.write(f"{X.shape}\\n")
    np.save("last.npy", X)
    return np.load("last.npy") @ w[1:] + w[0]""",
    ),
    "function writes to tmp": (
        "scores",
        """
import tempfile, os
def scores(X, w):
    with tempfile.TemporaryDirectory() as d:
        p = os.path.join(d, "x.npy"); np.save(p, X); X = np.load(p)
    return X @ w[1:] + w[0]""",
    ),
    "sqlite connection kept by function": (
        "scores",
        """
import sqlite3
db = sqlite3.connect(":memory:"); db.execute("create table c (bias int)"); db.execute("insert into c values (0)"); db.commit()""",
        """
def scores(X, w):
    (b,) = db.execute("select bias from c").fetchone()
    return X @ w[1:] + w[b]""",
    ),
    "sqlite file kept by function": (
        "scores",
        """
import sqlite3
db = sqlite3.connect("c.db"); db.execute("create table c (bias int)"); db.execute("insert into c values (0)"); db.commit()""",
        """
def scores(X, w):
    (b,) = db.execute("select bias from c").fetchone()
    db.execute("insert into c values (1)"); db.commit()
    return X @ w[1:] + w[b]""",
    ),
    "helper module written in a cell": (
        "scores",
        """
%%writefile lin.py
import numpy as np
def linear(X, w): return X @ w[1:] + w[0]""",
        """
from lin import linear
def scores(X, w): return linear(X, w)""",
    ),
    "scores imported from own file": (
        "scores",
        """
%%writefile lin2.py
def scores(X, w): return X @ w[1:] + w[0]""",
        "from lin2 import scores",
    ),
    "scores by run": (
        "scores",
        """
%%writefile lin3.py
def scores(X, w): return X @ w[1:] + w[0]""",
        "%run lin3.py",
    ),
    "scores by exec": (
        "scores",
        'exec("def scores(X, w): return X @ w[1:] + w[0]")',
    ),
    "scores by types": (
        "scores",
        """
import types
src = compile("X @ w[1:] + w[0]", "e", "eval")
def scores(X, w): return eval(src)""",
    ),
    "alarm in function": (
        "scores",
        """
import signal
def handler(s, f): raise TimeoutError("too long")
def scores(X, w):
    signal.signal(signal.SIGALRM, handler); signal.alarm(5)
    try: return X @ w[1:] + w[0]
    finally: signal.alarm(0)""",
    ),
    "shadow np later": (
        "scores",
        "np = None",
        """
import numpy as np
def scores(X, w): return X @ w[1:] + w[0]""",
    ),
    "sigmoid from scipy": (
        "sigmoid",
        "from scipy.special import expit as sigmoid",
    ),
    "static method": (
        "scores",
        """
class Model:
    @staticmethod
    def scores(X, w): return X @ w[1:] + w[0]
scores = Model.scores""",
    ),
    "bound method": (
        "scores",
        """
class Model:
    def scores(self, X, w): return X @ w[1:] + w[0]
scores = Model().scores""",
    ),
    "class method and cached property": (
        "scores",
        """
import functools
class Model:
    @functools.cached_property
    def b(self): return 0
    @classmethod
    def scores(cls, X, w): return X @ w[1:] + w[cls().b]
scores = Model.scores""",
    ),
    "np.vectorize": (
        "sigmoid",
        """
@np.vectorize
def sigmoid(s):
    return 1 / (1 + np.exp(-s)) if s >= 0 else np.exp(s) / (1 + np.exp(s))""",
    ),
    "partial with keywords": (
        "scores",
        """
from functools import partial
def g(X, w, *, bias=1): return X @ w[1:] + w[bias]
scores = partial(g, bias=0)""",
    ),
    "reduce compose": (
        "scores",
        """
from functools import reduce
compose = lambda *fs: reduce(lambda f, g: lambda *a: g(f(*a)), fs)
scores = compose(lambda X, w: np.c_[np.ones(len(X)), X] @ w, np.asarray)""",
    ),
    "operator and lambda default": (
        "scores",
        "scores = lambda X, w, _one=np.array([1.0]): np.array([np.concatenate([_one, x]) @ w for x in X])",
    ),
    "defaults arrays": (
        "scores",
        """
def scores(X, w=np.zeros(3), cache={}, *args, **kwargs):
    cache[len(X)] = X
    return X @ w[1:] + w[0]""",
    ),
    "numba-like decorator": (
        "scores",
        """
try:
    from numba import njit
except ImportError:
    def njit(f=None, **options):
        return f if callable(f) else (lambda g: g)""",
        """
@njit(parallel=True)
def scores(X, w):
    s = np.empty(len(X))
    for i in range(len(X)):
        s[i] = w[0]
        for j in range(X.shape[1]): s[i] += X[i, j] * w[j + 1]
    return s""",
    ),
    "functions that print": (
        "sigmoid",
        """
def sigmoid(S):
    print("S =", S); import sys; print("err", file=sys.stderr); display(S)
    e = np.exp(-abs(S)); return np.where(S >= 0, 1, e) / (1 + e)""",
    ),
    "function with shell": (
        "scores",
        """
def scores(X, w):
    out = !echo 0
    return X @ w[1:] + w[int(out[0])]""",
    ),
    "function with warnings": (
        "sigmoid",
        """
import warnings
def sigmoid(S):
    warnings.warn("slow")
    with np.errstate(over="ignore"): return 1 / (1 + np.exp(-S))""",
    ),
    "keeps its arguments": (
        "scores",
        "seen = []",
        """
def scores(X, w):
    seen.append(X); seen.append(w)
    return seen[-2] @ seen[-1][1:] + seen[-1][0]""",
    ),
    "returns column flattened view": (
        "scores",
        "def scores(X, w): return (X @ w[1:, None] + w[0])[:, 0]",
    ),
    "returns Fortran, strided, readonly": (
        "scores",
        """
def scores(X, w):
    s = np.zeros((len(X), 2))[:, ::-1]; s[:, 0] = X @ w[1:] + w[0]
    r = s[:, 0]; r.flags.writeable = False
    return r""",
    ),
    "returns matrix": (
        "scores",
        "def scores(X, w): return np.asarray(np.matrix(X) * np.matrix(w[1:]).T + w[0]).ravel()",
    ),
    "returns np.matrix": (
        "scores",
        "def scores(X, w): return (np.matrix(X) * np.matrix(w[1:]).T + w[0]).A1",
    ),
    "returns pandas frame values": (
        "scores",
        """
import pandas as pd
def scores(X, w): return pd.DataFrame(X).mul(w[1:]).sum(axis=1).add(w[0]).to_numpy()""",
    ),
    "returns longdouble": (
        "scores",
        "def scores(X, w): return X.astype(np.longdouble) @ w[1:] + w[0]",
    ),
    "returns big-endian": (
        "scores",
        'def scores(X, w): return (X @ w[1:] + w[0]).astype(">f8")',
    ),
    "returns complex real": (
        "scores",
        "def scores(X, w): return (X.astype(complex) @ w[1:] + w[0]).real",
    ),
    "returns generator": (
        "scores",
        "def scores(X, w): return np.fromiter((x @ w[1:] + w[0] for x in X), float)",
    ),
    "changes its arguments": (
        "sigmoid",
        """
def sigmoid(S):
    S = S.copy(); S *= -1; np.clip(S, -700, 700, out=S); np.exp(S, out=S); S += 1; return 1 / S""",
    ),
    "checks argument types": (
        "sigmoid",
        """
def sigmoid(S):
    assert isinstance(S, np.ndarray), type(S)
    e = np.exp(-abs(S)); return np.where(S >= 0, 1, e) / (1 + e)""",
    ),
    "seeds in function": (
        "scores",
        """
def scores(X, w):
    np.random.seed(0); import random; random.seed(0)
    return X @ w[1:] + w[0]""",
    ),
    "gradient by class": (
        "logistic-gradient",
        """
class LogReg:
    def __init__(self, w): self.w = w
    def grad(self, X, y):
        e = sigmoid(scores(X, self.w)) - y
        return np.insert(X.T @ e, 0, e.sum()) / len(X)
def logistic_gradient(X, y, w): return LogReg(w).grad(X, y)""",
    ),
    "gradient numerical": (
        "logistic-gradient",
        """
def loss(X, y, w):
    s = scores(X, w); return np.mean(np.logaddexp(0, s) - y * s)
def logistic_gradient(X, y, w, h=1e-5):
    return np.array([(loss(X, y, w + h * e) - loss(X, y, w - h * e)) / (2 * h) for e in np.eye(len(w))])""",
    ),
    "tempdir object not cleaned": (
        "scores",
        """
import tempfile, pathlib
tmp = tempfile.TemporaryDirectory()
(pathlib.Path(tmp.name) / "b").write_text("0")""",
        """
def scores(X, w):
    return X @ w[1:] + w[int((pathlib.Path(tmp.name) / "b").read_text())]""",
    ),
    "named temporary file kept": (
        "scores",
        """
import tempfile
tf = tempfile.NamedTemporaryFile("w+"); tf.write("0"); tf.flush()""",
        "def scores(X, w): return X @ w[1:] + w[int(open(tf.name).read())]",
    ),
    "temporary file kept": (
        "scores",
        """
import tempfile
tf = tempfile.TemporaryFile("w+"); tf.write("0"); tf.flush()""",
        """
def scores(X, w):
    tf.seek(0); return X @ w[1:] + w[int(tf.read())]""",
    ),
    "executor made and not used yet": (
        "scores",
        """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)""",
        "def scores(X, w): return np.array(list(pool.map(lambda x: x @ w[1:] + w[0], X)))",
    ),
    "shared value of processes": (
        "scores",
        """
import multiprocessing as mp
count = mp.Value("i", 0)""",
        """
def scores(X, w):
    with count.get_lock(): count.value += 1
    return X @ w[1:] + w[0]""",
    ),
    "big matmul before and in the function": (
        "scores",
        "A = np.random.default_rng(0).normal(size=(600, 600)); (A @ A).shape",
        """
def scores(X, w):
    A @ A
    return X @ w[1:] + w[0]""",
    ),
    "random state of the notebook after a test": (
        "scores",
        """
np.random.seed(5)
def scores(X, w):
    np.random.rand()
    return X @ w[1:] + w[0]""",
    ),
    "generator kept": (
        "scores",
        "bias_stream = iter(int, 1)",
        "def scores(X, w): return X @ w[1:] + w[next(bias_stream)]",
    ),
    "excepthook and stdout replaced in the function": (
        "scores",
        """
import contextlib, io
def scores(X, w):
    with contextlib.redirect_stdout(io.StringIO()) as f: print("x")
    assert f.getvalue() == "x\\n"
    return X @ w[1:] + w[0]""",
    ),
    "print in C and thread from the function": (
        "scores",
        """
import os
def scores(X, w):
    os.write(1, b"raw\\n"); os.system("echo sys"); return X @ w[1:] + w[0]""",
    ),
}
