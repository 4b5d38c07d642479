"""What a notebook has from plans once they are loaded: evidence that folds out in place, and ids completed on Tab."""

import os
import re
import sys
from functools import partial, wraps

from lantian.data import plans
from lantian.text import sentences

_OPENED = re.compile(r"""["']([\w.-]*)$""")


@wraps(plans.load)
def load(data=None, jurisdictions=None):
    loaded, shell = plans.load(data, jurisdictions), None
    if "IPython" in sys.modules and sentences.PAGES not in os.environ:
        shell = sys.modules["IPython"].get_ipython()
    if shell:
        _serve(shell, loaded)
    return loaded


def _serve(shell, plans):
    """Prove by these plans what is shown from now on, and complete their ids."""
    from lantian.site.evidence import proof

    sentences.prove = partial(proof, plans)
    others = [one for one in shell.Completer.custom_matchers if one.__name__ != "complete_ids"]
    shell.Completer.custom_matchers = [*others, _completer(plans)]


def _completer(plans):
    """Make what completes between quotes: ids of indicators, and, once one is begun, of places, targets and gaps too."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    indicators = list(plans.indicators["id"])

    @context_matcher(identifier="lantian")
    def complete_ids(context):
        opened = _OPENED.search(context.text_until_cursor)
        if not opened or "plans" not in context.full_text:
            return {"completions": []}
        names = [*indicators, *plans.focus, *plans.by_id] if opened[1] else indicators
        found = [SimpleCompletion(name, type="id") for name in names if name.startswith(opened[1])]
        return {"completions": found, "matched_fragment": opened[1]}

    return complete_ids
