# SPDX-License-Identifier: MIT
"""Counting: one line per check, one sum at the end. What was not reached counts as failed."""
import sys
import time
from xml.etree.ElementTree import Element


class Report:
    def __init__(self, out=sys.stdout, quiet=False):
        self.out, self.quiet = out, quiet
        self.passed, self.failures, self.began = 0, [], time.monotonic()

    def check(self, name, good, detail=''):
        """Count and print one check; `good` is a truth, or a stanza that came (None: did not)."""
        if isinstance(good, Element):       # one without children would count as false
            good = True
        if good:
            self.passed += 1
        else:
            self.failures.append(name)
        if not (good and self.quiet):
            line = '%-4s %s' % ('ok' if good else 'FAIL', name)
            if detail and not good:
                line += '   [%s]' % detail
            print(line, file=self.out, flush=True)
        return bool(good)

    def note(self, text):
        print(text, file=self.out, flush=True)

    def summary(self):
        for name in self.failures:
            self.note('failed: ' + name)
        self.note('%d s' % (time.monotonic() - self.began))
        self.note('%d passed, %d failed' % (self.passed, len(self.failures)))
        return 1 if self.failures or not self.passed else 0


class Scope:
    """A report under a prefix: what one scenario, or one pair of users, writes to."""

    def __init__(self, report, prefix):
        self.report, self.prefix = report, prefix

    def __call__(self, name, good, detail=''):
        return self.report.check('%s: %s' % (self.prefix, name), good, detail)

    def sub(self, name):
        return Scope(self.report, '%s %s' % (self.prefix, name))

    def note(self, text):
        self.report.note('     %s: %s' % (self.prefix, text))
