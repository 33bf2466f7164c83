"""The double-random draw (双随机): a frozen list, a seed that nobody chose, inspectors in pairs, and calls merged."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "diary": ["Appointment", "appointments", "as_icalendar", "diary_table", "save_excel"],
        "event": ["STAFF"],
        "frozen": ["DRAWN", "NOT_DRAWN", "FrozenList", "check_proof", "checked_list", "frozen_list", "result_list"],
        "merged": ["Call", "merged_calls", "windows"],
        "pairs": ["Inspector", "Visit", "drawn_pairs"],
        "record": ["DrawRecord", "check_span", "span"],
        "seed": ["Announced", "Opening", "drawing_seed", "keyed_hash", "seal", "sealed_seed"],
    },
)
