"""``xl-ltc doctor``: what is installed here, whether it works, and what to do where it does not."""
