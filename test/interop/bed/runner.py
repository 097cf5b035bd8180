# SPDX-License-Identifier: MIT
"""Runs the scenarios: test/interop/NN-name/scenario.py, each with plan(bed) and run(bed, check)."""
import argparse
import asyncio
import fnmatch
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
import time
import traceback

from . import space
from .report import Report, Scope
from .world import Bed

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(HERE))
LIMIT = 150.0
COMPLAINTS = ('ERROR: ', 'WARNING: ThreadSanitizer', 'runtime error: ', 'internal-error')


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog='test/interop/run', description='Interop scenarios between real servers.')
    parser.add_argument('scenario', nargs='*', help='names or patterns, such as 10-matrix or 4*')
    parser.add_argument('--trunkd', help='the daemon (default: build*/trunkd)')
    parser.add_argument('--direct', action='store_true',
                        help='no trunk: only the scenarios that also make sense without one')
    parser.add_argument('--logs', metavar='DIR', help='keep all logs and configurations there')
    parser.add_argument('--debug', action='store_true', help='servers log everything')
    parser.add_argument('--quiet', action='store_true', help='print only what fails')
    parser.add_argument('--list', action='store_true', help='name the scenarios')
    return parser.parse_args(argv)


def scenarios(patterns):
    """The chosen scenario modules, in order. A pattern that matches nothing is an error."""
    names = sorted(n for n in os.listdir(HERE)
                   if os.path.exists(os.path.join(HERE, n, 'scenario.py')))
    for pattern in patterns:
        if not any(chosen(n, [pattern]) for n in names):
            sys.exit('interop: no scenario matches %s; there are: %s' % (pattern, ' '.join(names)))
    found = []
    for name in (n for n in names if not patterns or chosen(n, patterns)):
        spec = importlib.util.spec_from_file_location('scenario_' + name.replace('-', '_'),
                                                      os.path.join(HERE, name, 'scenario.py'))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append((name, module))
    return found


def chosen(name, patterns):
    return any(fnmatch.fnmatch(name, p) or name.startswith(p) for p in patterns)


def find_trunkd(given):
    if given:
        return os.path.abspath(given)
    for folder in ('build', 'build-release', 'builddir'):
        for path in (os.path.join(TOP, folder, 'src', 'trunkd'), os.path.join(TOP, folder, 'trunkd')):
            if os.access(path, os.X_OK):
                return path
    return None


async def ends_well(trunk, check):
    """A trunk that still runs stops when asked to, with success, and no sanitizer has complained."""
    status = await trunk.stop()
    if status is not None:
        complaint = [line for line in trunk.lines() if any(w in line for w in COMPLAINTS)]
        check('%s ends well' % trunk.name, status == 0 and not complaint,
              'status %d %s' % (status, ' '.join(complaint[:3])))


async def one(bed, report, name, module):
    """Run one scenario; whatever it throws is one failed check."""
    check, began = Scope(report, name), time.monotonic()
    try:
        await asyncio.wait_for(module.run(bed, check), getattr(module, 'LIMIT', LIMIT))
    except asyncio.TimeoutError:
        check('ends in time', False, 'longer than %d s' % getattr(module, 'LIMIT', LIMIT))
    except Exception as problem:                                # a report must come out of all
        check('runs to its end', False, repr(problem))
        with open(os.path.join(bed.logs, 'tracebacks'), 'a') as f:
            f.write('%s\n%s\n' % (name, traceback.format_exc()))
    finally:
        for trunk in bed.trunks.values():
            await ends_well(trunk, check)
        await bed.leave(*bed.clients)
    report.note('---- %s: %.1f s' % (name, time.monotonic() - began))


async def everything(bed, report, chosen_ones):
    """Start the bed, run the scenarios."""
    began = time.monotonic()
    try:
        for _, module in chosen_ones:
            module.plan(bed)
        await bed.start()
        report.note('---- %d servers up with %d domains: %.1f s' % (
            len(bed.servers), len(bed.hosts), time.monotonic() - began))
        for server, problem in bed.broken.items():
            report.check('%s starts' % server, False, problem)
        for name, module in chosen_ones:
            await one(bed, report, name, module)
    except RuntimeError as problem:
        report.check('the bed starts', False, str(problem))


def no_files(folder, names):
    """What is not kept with the logs: spools, and sockets that a program has left behind."""
    return [n for n in names if n == 'spool' or n.endswith('.ctl') or
            stat.S_ISSOCK(os.lstat(os.path.join(folder, n)).st_mode)]


def main(argv):
    args = arguments(argv)
    found = scenarios(args.scenario)
    if args.direct:
        found = [(n, m) for n, m in found if getattr(m, 'DIRECT', False)]
    if args.list:
        for name, module in found:
            print('%-20s %s' % (name, module.__doc__.strip().splitlines()[0]))
        return 0
    trunkd = find_trunkd(args.trunkd)
    if not trunkd and not args.direct:
        sys.exit('interop: no trunkd; build it (meson setup build && ninja -C build) or name it '
                 'with --trunkd.')
    report = Report(quiet=args.quiet)
    folder = tempfile.mkdtemp(prefix='trunkd-bed.')
    logs = os.path.join(folder, 'logs')
    try:
        bed = Bed(folder, logs, trunkd, 'debug' if args.debug else 'info', args.direct)
        if space.run(lambda: everything(bed, report, found), bed.stop):
            report.check('the run is not interrupted', False)
    finally:
        if args.logs:
            shutil.rmtree(args.logs, ignore_errors=True)
            shutil.copytree(folder, args.logs, ignore=no_files)
        shutil.rmtree(folder, ignore_errors=True)
    return report.summary()
