"""How a person may write the mask, whatever the model."""

import re

MASK_SPELLINGS = re.compile(r"\[MASK\]|<mask>", re.IGNORECASE)
